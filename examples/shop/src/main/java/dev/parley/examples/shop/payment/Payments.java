package dev.parley.examples.shop.payment;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.payment.v1.Payment;
import dev.parley.examples.shop.payment.v1.PaymentService;
import dev.parley.examples.shop.payment.v1.ProcessPaymentRequest;
import dev.parley.examples.shop.payment.v1.RefundPaymentRequest;
import dev.parley.examples.shop.payment.v1.RefundPaymentResponse;

/** The payment service. */
public final class Payments implements PaymentService {

    /** The payment method that is always declined. */
    public static final String DECLINED = "card-declined";

    private final Ledger ledger;

    /** A service that books in {@code ledger}. */
    public Payments(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Payment processPayment(ProcessPaymentRequest request) {
        if (request.getAmount().getCents() <= 0) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "amount.cents must be positive, but is "
                            + request.getAmount().getCents());
        }
        if (request.getPaymentMethod().equals(DECLINED)) {
            throw new CardDeclined("the bank refuses " + DECLINED);
        }
        return ledger.pay(request.getOrderId(), request.getAmount());
    }

    @Override
    public RefundPaymentResponse refundPayment(RefundPaymentRequest request) {
        return RefundPaymentResponse.newBuilder()
                .setRefunded(ledger.refund(request.getOrderId()))
                .build();
    }
}
