package dev.parley.examples.shop.order;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderStatus;

/** An order cannot go from its status to the one that was asked for. */
public final class WrongStatus extends CallException {

    private static final long serialVersionUID = 1L;

    WrongStatus(Order order, OrderStatus wanted) {
        super(
                Code.FAILED_PRECONDITION,
                "order " + order.getId() + " is " + order.getStatus() + ", so it cannot be " + wanted);
    }
}
