"""What a writer would test who reads the documentation of these modules, and what one would who misreads it.

`right` says what an example, the prose, the name or the type says; `wrong` is what a hasty reader takes it for.
"""

# ruff: noqa: E501  a test a line

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guess:
    """One test: `of` is what it is about, `basis` is example, prose, type or misread; `body` is its code."""

    of: str
    basis: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A module and its tests. `package` is a name in the development set, or among the others of `bench/explorer/others.json`."""

    package: str
    path: str
    language: str
    framework: str
    preamble: str
    right: tuple[Guess, ...]
    wrong: tuple[Guess, ...]


def python(package: str, path: str, names: str, right: str, wrong: str) -> Script:
    module = path.removesuffix(".py").replace("/", ".")
    preamble = f"import pytest\n\nfrom {module} import {names}"
    return _script(package, path, "python", "pytest", preamble, right, wrong)


def javascript(package: str, path: str, framework: str, preamble: str, right: str, wrong: str) -> Script:
    return _script(package, path, "javascript", framework, preamble, right, wrong)


def _script(package: str, path: str, language: str, framework: str, preamble: str, right: str, wrong: str) -> Script:
    return Script(
        package=package, path=path, language=language, framework=framework, preamble=preamble,
        right=tuple(_guess(line) for line in right.strip().splitlines()),
        wrong=tuple(_guess(f"misread {line.strip()}") for line in wrong.strip().splitlines()),
    )  # fmt: skip


def _guess(line: str) -> Guess:
    basis, of, body = line.strip().split(" ", 2)
    return Guess(of, basis, body)


SCRIPTS = (
    python(
        "python-string-utils", "string_utils/manipulation.py",
        "asciify, booleanize, camel_case_to_snake, compress, decompress, prettify, reverse, roman_decode, roman_encode, shuffle, slugify, snake_case_to_camel, strip_html, strip_margin",
        r"""
        example reverse assert reverse('hello') == 'olleh'
        prose camel_case_to_snake assert camel_case_to_snake('not camel') == 'not camel'
        prose camel_case_to_snake assert camel_case_to_snake('ThisIsIt') == 'this_is_it'
        example snake_case_to_camel assert snake_case_to_camel('the_snake_is_green') == 'TheSnakeIsGreen'
        prose snake_case_to_camel assert snake_case_to_camel('the_snake', upper_case_first=False) == 'theSnake'
        prose snake_case_to_camel assert snake_case_to_camel('the-snake', separator='-') == 'TheSnake'
        prose shuffle assert sorted(shuffle('hello world')) == sorted('hello world')
        example strip_html assert strip_html('test: <a href="foo/bar">click here</a>') == 'test: '
        example strip_html assert strip_html('test: <a href="foo/bar">click here</a>', keep_tag_content=True) == 'test: click here'
        prose prettify assert prettify('100 %') == '100%'
        prose prettify assert prettify("Dave' s dog") == "Dave's dog"
        prose prettify assert prettify('foo(bar )baz') == 'Foo (bar) baz'
        example asciify assert asciify('èéùúòóäåëýñÅÀÁÇÌÍÑÓË') == 'eeuuooaaeynAAACIINOE'
        example slugify assert slugify('Top 10 Reasons To Love Dogs!!!') == 'top-10-reasons-to-love-dogs'
        example slugify assert slugify('Mönstér Mägnët') == 'monster-magnet'
        prose slugify assert slugify('Love Dogs', '_') == 'love_dogs'
        example booleanize assert booleanize('YES') is True
        prose booleanize assert booleanize('1') is True
        prose booleanize assert booleanize('Y') is True
        example booleanize assert booleanize('nope') is False
        prose decompress assert decompress(compress('word n1 word n2')) == 'word n1 word n2'
        type compress assert isinstance(compress('hello'), str)
        example roman_encode assert roman_encode('2020') == 'MMXX'
        prose roman_encode assert roman_encode(3999) == 'MMMCMXCIX'
        example roman_decode assert roman_decode('VII') == 7
        prose roman_decode assert roman_decode('MMMCMXCIX') == 3999
        """,
        r"""
        reverse assert reverse('Hello') == 'olleh'
        camel_case_to_snake assert camel_case_to_snake('HTMLParser') == 'h_t_m_l_parser'
        snake_case_to_camel assert snake_case_to_camel('the snake') == 'TheSnake'
        strip_html assert strip_html('a <b>c</b>', keep_tag_content=True) == 'a  c '
        slugify assert slugify('Dogs & Cats') == 'dogs-and-cats'
        booleanize assert booleanize('on') is True
        roman_encode assert roman_encode(4) == 'IIII'
        """,
    ),
    python(
        "python-string-utils", "string_utils/validation.py",
        "contains_html, is_camel_case, is_credit_card, is_decimal, is_email, is_full_string, is_integer, is_ip, is_ip_v4, is_isbn_10, is_isbn_13, is_isogram, is_json, is_number, is_palindrome, is_pangram, is_slug, is_snake_case, is_string, is_url, is_uuid, words_count",
        r"""
        example is_string assert is_string(b'foo') is False
        example is_full_string assert is_full_string(' ') is False
        example is_number assert is_number('-9.12') is True
        example is_number assert is_number('1 2 3') is False
        example is_integer assert is_integer('42.0') is False
        example is_decimal assert is_decimal('42') is False
        example is_url assert is_url('.mysite.com') is False
        prose is_url assert is_url('ftp://mysite.com', ['http', 'https']) is False
        example is_email assert is_email('my.email@the-provider.com') is True
        example is_email assert is_email('@gmail.com') is False
        prose is_credit_card assert is_credit_card('4111111111111111', 'VISA') is True
        example is_camel_case assert is_camel_case('mystring') is False
        example is_snake_case assert is_snake_case('foo_bar_baz') is True
        example is_json assert is_json('{nope}') is False
        example is_uuid assert is_uuid('6f8aa2f9686c4ac387665712354a04cf') is False
        example is_uuid assert is_uuid('6f8aa2f9686c4ac387665712354a04cf', allow_hex=True) is True
        example is_ip_v4 assert is_ip_v4('255.200.100.999') is False
        prose is_ip_v4 assert is_ip_v4('255.255.255.255') is True
        example is_ip assert is_ip('1.2.3') is False
        example is_palindrome assert is_palindrome('Lol') is False
        example is_palindrome assert is_palindrome('Lol', ignore_case=True) is True
        example is_pangram assert is_pangram('hello world') is False
        example is_isogram assert is_isogram('dermatoglyphics') is True
        example is_slug assert is_slug('My blog post title') is False
        example contains_html assert contains_html('my string is not bold') is False
        example words_count assert words_count('one,two,three.stop') == 4
        example is_isbn_10 assert is_isbn_10('150-6715214') is True
        example is_isbn_10 assert is_isbn_10('150-6715214', normalize=False) is False
        example is_isbn_13 assert is_isbn_13('9780312498580') is True
        """,
        r"""
        is_integer assert is_integer('1.0') is True
        is_number assert is_number('1,000') is True
        is_full_string assert is_full_string('a b') is False
        is_palindrome assert is_palindrome('') is True
        words_count assert words_count('one-two') == 1
        """,
    ),
    python(
        "python-string-utils", "string_utils/generation.py",
        "random_string, roman_range, secure_random_hex, uuid",
        r"""
        prose random_string assert len(random_string(9)) == 9
        prose secure_random_hex assert len(secure_random_hex(9)) == 18
        type random_string assert isinstance(random_string(9), str)
        prose uuid assert len(uuid(as_hex=True)) == 32
        prose uuid assert uuid().count('-') == 4
        example roman_range assert list(roman_range(7)) == ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII']
        example roman_range assert list(roman_range(start=7, stop=1, step=-1)) == ['VII', 'VI', 'V', 'IV', 'III', 'II', 'I']
        """,
        r"""
        secure_random_hex assert len(secure_random_hex(9)) == 9
        roman_range assert list(roman_range(3)) == ['I', 'II']
        uuid assert len(uuid()) == 32
        """,
    ),
    python(
        "flutils", "flutils/packages.py", "bump_version",
        r"""
        example bump_version assert bump_version('1.2.2') == '1.2.3'
        example bump_version assert bump_version('1.2.3', position=1) == '1.3'
        example bump_version assert bump_version('1.3.4', position=0) == '2.0'
        example bump_version assert bump_version('1.2.4a0', pre_release='a') == '1.2.4a1'
        example bump_version assert bump_version('1.2.4a1', pre_release='b') == '1.2.4b0'
        example bump_version assert bump_version('1.2.4a1') == '1.2.4'
        example bump_version assert bump_version('2.1.3', position=1, pre_release='a') == '2.2a0'
        example bump_version assert bump_version('1.2b0', position=2) == '1.2.1'
        prose bump_version assert bump_version('1.2.3', pre_release='beta') == '1.2.4b0'
        prose bump_version assert bump_version('1.2.3', pre_release='alpha') == '1.2.4a0'
        """,
        r"""
        bump_version assert bump_version('1.2.9') == '1.3.0'
        bump_version assert bump_version('1.2', position=1) == '1.3.0'
        bump_version assert bump_version('1.2.3', pre_release='rc') == '1.2.4rc0'
        """,
    ),
    python(
        "flutils", "flutils/strutils.py",
        "as_escaped_unicode_literal, as_escaped_utf8_literal, camel_to_underscore, convert_escaped_unicode_literal, convert_escaped_utf8_literal, underscore_to_camel",
        r"""
        example camel_to_underscore assert camel_to_underscore('FooBar') == 'foo_bar'
        example underscore_to_camel assert underscore_to_camel('foo_bar') == 'fooBar'
        example underscore_to_camel assert underscore_to_camel('_one__two___', lower_first=False) == 'OneTwo'
        prose as_escaped_unicode_literal assert as_escaped_unicode_literal('1.') == '\\x31\\x2e'
        prose as_escaped_unicode_literal assert as_escaped_unicode_literal('★') == '\\u2605'
        prose as_escaped_utf8_literal assert as_escaped_utf8_literal('1') == '\\x31'
        prose convert_escaped_unicode_literal assert convert_escaped_unicode_literal('\\x31\\u2605') == '1★'
        prose convert_escaped_utf8_literal assert convert_escaped_utf8_literal('test\\xc2\\xa9') == 'test©'
        """,
        r"""
        camel_to_underscore assert camel_to_underscore('FooBar') == 'Foo_Bar'
        underscore_to_camel assert underscore_to_camel('foo_bar', lower_first=True) == 'FooBar'
        as_escaped_utf8_literal assert as_escaped_utf8_literal('★') == '\\u2605'
        """,
    ),
    python(
        "flutils", "flutils/objutils.py",
        "has_any_attrs, has_any_callables, has_attrs, has_callables, is_list_like, is_subclass_of_any",
        r"""
        example has_any_attrs assert has_any_attrs(dict(), 'get', 'keys', 'items', 'values', 'something') is True
        prose has_any_attrs assert has_any_attrs(dict(), 'something') is False
        example has_any_callables assert has_any_callables(dict(), 'get', 'keys', 'items', 'values', 'foo') is True
        example has_attrs assert has_attrs(dict(), 'get', 'keys', 'items', 'values') is True
        prose has_attrs assert has_attrs(dict(), 'get', 'something') is False
        example has_callables assert has_callables(dict(), 'get', 'keys', 'items', 'values') is True
        prose has_callables assert has_callables(dict(), 'get', '__doc__') is False
        example is_list_like assert is_list_like([1, 2, 3]) is True
        example is_list_like assert is_list_like('hello') is False
        prose is_list_like assert is_list_like(None) is False
        example is_list_like assert is_list_like(reversed([1, 2, 4])) is True
        prose is_subclass_of_any assert is_subclass_of_any(1, str, int) is True
        prose is_subclass_of_any assert is_subclass_of_any('a', int, list) is False
        """,
        r"""
        has_attrs assert has_attrs(dict()) is False
        is_list_like assert is_list_like(dict()) is True
        is_subclass_of_any assert is_subclass_of_any(int, int) is True
        """,
    ),
    javascript(
        "plural", "index.js", "jest", "const plural = require('./index.js')",
        r"""
        example plural expect(plural('zebra', 1)).toBe('zebra')
        example plural expect(plural('zebra', 2)).toBe('zebras')
        example plural expect(plural('zebra')).toBe('zebras')
        prose plural expect(plural('cherry')).toBe('cherries')
        prose plural expect(plural('fox')).toBe('foxes')
        prose plural expect(plural('stereo')).toBe('stereos')
        prose plural expect(plural('dwarf')).toBe('dwarfs')
        prose plural expect(plural('focus')).toBe('foci')
        """,
        r"""
        plural expect(plural('zebra', 0)).toBe('zebra')
        plural expect(plural('ox')).toBe('oxen')
        plural expect(plural('zebras')).toBe('zebras')
        """,
    ),
    javascript(
        "ms", "index.js", "vitest", "import { expect, it } from 'vitest'\nimport ms from './index.js'",
        r"""
        example ms expect(ms('2 days')).toBe(172800000)
        example ms expect(ms('1d')).toBe(86400000)
        example ms expect(ms('10h')).toBe(36000000)
        example ms expect(ms('2.5 hrs')).toBe(9000000)
        example ms expect(ms('1m')).toBe(60000)
        example ms expect(ms('5s')).toBe(5000)
        example ms expect(ms('1y')).toBe(31557600000)
        example ms expect(ms('100')).toBe(100)
        example ms expect(ms('-3 days')).toBe(-259200000)
        example ms expect(ms(60000)).toBe('1m')
        example ms expect(ms(2 * 60000)).toBe('2m')
        example ms expect(ms(-3 * 60000)).toBe('-3m')
        example ms expect(ms(60000, { long: true })).toBe('1 minute')
        example ms expect(ms(2 * 60000, { long: true })).toBe('2 minutes')
        prose ms expect(ms(36000000, { long: true })).toBe('10 hours')
        prose ms expect(ms(5000)).toBe('5s')
        """,
        r"""
        ms expect(ms('1 month')).toBe(2592000000)
        ms expect(ms(1500)).toBe('1.5s')
        ms expect(ms(500, { long: true })).toBe('500 milliseconds')
        ms expect(ms('1w')).toBe(432000000)
        """,
    ),
    javascript(
        "bytes", "index.js", "jest", "const bytes = require('./index.js')",
        r"""
        example bytes expect(bytes(1024)).toBe('1KB')
        example bytes expect(bytes('1KB')).toBe(1024)
        prose bytes expect(bytes(true)).toBe(null)
        example format expect(bytes.format(1024)).toBe('1KB')
        example format expect(bytes.format(1000)).toBe('1000B')
        example format expect(bytes.format(1000, { thousandsSeparator: ' ' })).toBe('1 000B')
        example format expect(bytes.format(1024 * 1.7, { decimalPlaces: 0 })).toBe('2KB')
        example format expect(bytes.format(1024, { unitSeparator: ' ' })).toBe('1 KB')
        prose format expect(bytes.format(1024, { fixedDecimals: true })).toBe('1.00KB')
        prose format expect(bytes.format(NaN)).toBe(null)
        example parse expect(bytes.parse('1KB')).toBe(1024)
        example parse expect(bytes.parse('1024')).toBe(1024)
        example parse expect(bytes.parse(1024)).toBe(1024)
        prose parse expect(bytes.parse('1TB')).toBe(1099511627776)
        prose parse expect(bytes.parse('nothing')).toBe(null)
        """,
        r"""
        format expect(bytes.format(1000)).toBe('1KB')
        format expect(bytes.format(1536)).toBe('1.50KB')
        parse expect(bytes.parse('1 kB')).toBe(1000)
        """,
    ),
    javascript(
        "pretty-bytes", "index.js", "vitest", "import { expect, it } from 'vitest'\nimport prettyBytes from './index.js'",
        r"""
        example prettyBytes expect(prettyBytes(1337)).toBe('1.34 kB')
        example prettyBytes expect(prettyBytes(100)).toBe('100 B')
        example prettyBytes expect(prettyBytes(1337, { bits: true })).toBe('1.34 kbit')
        example prettyBytes expect(prettyBytes(42, { signed: true })).toBe('+42 B')
        example prettyBytes expect(prettyBytes(1900, { minimumFractionDigits: 3 })).toBe('1.900 kB')
        example prettyBytes expect(prettyBytes(1920, { maximumFractionDigits: 1 })).toBe('1.9 kB')
        prose prettyBytes expect(prettyBytes(0, { signed: true })).toBe(' 0 B')
        prose prettyBytes expect(prettyBytes(1024, { binary: true })).toBe('1 KiB')
        prose prettyBytes expect(prettyBytes(1337, { space: false })).toBe('1.34kB')
        """,
        r"""
        prettyBytes expect(prettyBytes(1000)).toBe('1.00 kB')
        prettyBytes expect(prettyBytes(1337, { binary: true })).toBe('1.34 KiB')
        prettyBytes expect(prettyBytes(-42, { signed: true })).toBe('+42 B')
        """,
    ),
    javascript(
        "set-cookie-parser", "lib/set-cookie.js", "jest", "const setCookie = require('./set-cookie.js')",
        r"""
        prose parse expect(setCookie.parse('foo=bar')).toEqual([{ name: 'foo', value: 'bar' }])
        prose parse expect(setCookie.parse(['a=1', 'b=2'], { map: true }).b.value).toBe('2')
        prose parse expect(setCookie.parse('foo=b%20r')[0].value).toBe('b r')
        prose parse expect(setCookie.parse('foo=b%20r', { decodeValues: false })[0].value).toBe('b%20r')
        prose parseString expect(setCookie.parseString('foo=bar; Max-Age=1000').maxAge).toBe(1000)
        prose parseString expect(setCookie.parseString('foo=bar; Secure').secure).toBe(true)
        prose parseString expect(setCookie.parseString('foo=bar; HttpOnly').httpOnly).toBe(true)
        prose parseString expect(setCookie.parseString('foo=bar; SameSite=lax').sameSite).toBe('lax')
        prose parseString expect(setCookie.parseString('foo=bar; Path=/').path).toBe('/')
        prose splitCookiesString expect(setCookie.splitCookiesString('a=1, b=2')).toEqual(['a=1', 'b=2'])
        """,
        r"""
        parse expect(setCookie.parse('foo=bar')).toEqual({ foo: 'bar' })
        parseString expect(setCookie.parseString('foo=bar').secure).toBe(false)
        parseString expect(setCookie.parseString('foo=bar; SameSite=lax').sameSite).toBe('Lax')
        """,
    ),
)  # fmt: skip
