from aftersales.errors import AlreadyRequested, OrderNotReturnable, OrderUnknown, ShopUnavailable


def test_each_error_says_what_would_be_right():
    assert str(OrderUnknown("9")) == "the shop has no order '9'; give a number from orders_of()"
    assert "needs a delivered order" in str(OrderNotReturnable("9", "paid"))
    assert "try again with the same key" in str(ShopUnavailable("no answer in 2 s"))
    assert "repeat its key to get the same receipt" in str(AlreadyRequested("9", "return"))
