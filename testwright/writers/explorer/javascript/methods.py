"""Methods that give away what kind of value they are called on."""

STRING_METHODS = frozenset(
    [
        "toUpperCase",
        "toLowerCase",
        "trim",
        "trimStart",
        "trimEnd",
        "split",
        "replace",
        "replaceAll",
        "charAt",
        "charCodeAt",
        "codePointAt",
        "match",
        "matchAll",
        "startsWith",
        "endsWith",
        "padStart",
        "padEnd",
        "substring",
        "substr",
        "localeCompare",
        "normalize",
        "repeat",
        "search",
    ]
)

ARRAY_METHODS = frozenset(
    [
        "map",
        "forEach",
        "filter",
        "reduce",
        "reduceRight",
        "push",
        "pop",
        "shift",
        "unshift",
        "splice",
        "sort",
        "reverse",
        "join",
        "some",
        "every",
        "find",
        "findIndex",
        "findLast",
        "flat",
        "flatMap",
        "fill",
    ]
)

NUMBER_METHODS = frozenset(["toFixed", "toPrecision", "toExponential"])

DATE_METHODS = frozenset(
    [
        "getTime",
        "toISOString",
        "getFullYear",
        "getMonth",
        "getDate",
        "getDay",
        "getHours",
        "getMinutes",
        "getSeconds",
        "getUTCFullYear",
    ]
)

EITHER = frozenset(["length", "slice", "indexOf", "lastIndexOf", "includes", "concat", "at", "toString", "valueOf"])
