from invoicing.tax import rate_for


def test_the_standard_rate_applies():
    assert rate_for("DE") == 19
