"""The fixed list of what callers want; data files, reports and queues refer to these ids."""

INTENT_LABELS: dict[str, tuple[str, str]] = {
    "order_status": ("订单状态", "order status"),
    "track_package": ("查快递", "track a parcel"),
    "delivery_delay": ("催快递", "late delivery"),
    "lost_package": ("丢件", "lost parcel"),
    "change_address": ("改地址", "change the address"),
    "cancel_order": ("取消订单", "cancel an order"),
    "modify_order": ("改订单", "change an order"),
    "return_goods": ("退货", "return"),
    "exchange_goods": ("换货", "exchange"),
    "refund_request": ("退款", "refund"),
    "refund_status": ("退款进度", "refund status"),
    "return_policy": ("退换规则", "return rules"),
    "damaged_goods": ("商品坏损", "damaged goods"),
    "fresh_spoiled": ("生鲜变质", "spoiled fresh food"),
    "installation": ("安装", "installation"),
    "repair_warranty": ("维修保修", "repair and warranty"),
    "invoice": ("发票", "invoice"),
    "coupon_promo": ("优惠活动", "coupons and promotions"),
    "price_protection": ("价格保护", "price protection"),
    "courier_pickup": ("上门取件", "return pick-up"),
    "shipping_bill": ("运费", "shipping bill"),
    "weight_dispute": ("重量争议", "weight dispute"),
    "fake_pickup": ("虚假揽收", "false pick-up"),
    "payment_issue": ("支付问题", "payment problem"),
    "account_issue": ("账户问题", "account problem"),
    "product_question": ("商品咨询", "product question"),
    "complaint": ("投诉", "complaint"),
    "human_agent": ("转人工", "speak to a person"),
    "affirm": ("肯定", "yes"),
    "deny": ("否定", "no"),
    "greeting_thanks": ("问候致谢", "greeting or thanks"),
    "out_of_scope": ("超出范围", "out of scope"),
}
"""Intent id -> label in Mandarin and in English, for people."""

INTENT_IDS: tuple[str, ...] = tuple(INTENT_LABELS)

ANSWERS = frozenset({"affirm", "deny"})
"""Replies to a question rather than requests."""

NOT_REQUESTS = ANSWERS | {"greeting_thanks", "out_of_scope"}
"""Intents that put nothing on the agenda."""


def label(intent: str, language: str) -> str:
    """The intent's name for people."""
    zh, en = INTENT_LABELS[intent]
    return zh if language == "zh" else en
