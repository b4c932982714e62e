"""deeds of the demo shop"""

import sqlalchemy as sa
from alembic import op

import ops.database.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_deeds",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("once", sa.String(length=160), nullable=False),
        sa.Column("order_number", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.Column("at", ops.database.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_number"],
            ["shop_orders.number"],
            name=op.f("fk_shop_deeds_order_number_shop_orders"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_shop_deeds")),
        sa.UniqueConstraint("once", name=op.f("uq_shop_deeds_once")),
    )
    with op.batch_alter_table("shop_deeds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shop_deeds_order_number"), ["order_number"], unique=False
        )

    with op.batch_alter_table("shop_customers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("coupons", sa.JSON(), server_default="[]", nullable=False))

    with op.batch_alter_table("shop_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("details", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("shop_orders", schema=None) as batch_op:
        batch_op.drop_column("details")

    with op.batch_alter_table("shop_customers", schema=None) as batch_op:
        batch_op.drop_column("coupons")

    with op.batch_alter_table("shop_deeds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shop_deeds_order_number"))

    op.drop_table("shop_deeds")
