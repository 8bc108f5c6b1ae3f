package dev.parley.examples.shop.servers;

/** The services, in the order of their ports: each may call those ahead of it and none behind. Behind may only hear of what was done. */
public enum Part {
    /** Who buys. */
    USER(0, "user-service", "shop.user.v1.UserService"),
    /** What is on the shelf. */
    INVENTORY(1, "inventory-service", "shop.inventory.v1.InventoryService"),
    /** Money. */
    PAYMENT(2, "payment-service", "shop.payment.v1.PaymentService"),
    /** What can be bought. */
    PRODUCT(3, "product-service", "shop.product.v1.ProductService"),
    /** What one may like. */
    RECOMMENDATION(4, "recommendation-service", "shop.recommendation.v1.RecommendationService"),
    /** Who needs all the others. */
    ORDER(5, "order-service", "shop.order.v1.OrderService"),
    /** Who writes to customers. */
    NOTIFICATION(8, "notification-service", "shop.notification.v1.NotificationService"),
    /** Who counts. */
    ANALYTICS(9, "analytics-service", "shop.analytics.v1.AnalyticsService");

    private final int portOffset;
    private final String id;
    private final String fullName;

    Part(int portOffset, String id, String fullName) {
        this.portOffset = portOffset;
        this.id = id;
        this.fullName = fullName;
    }

    /** The name by which others look for it. */
    public String id() {
        return id;
    }

    /** How many of it run; the inventory twice, so that it is there when one of them is not. */
    public int instances() {
        return this == INVENTORY ? 2 : 1;
    }

    /** Whether at most one of it can run at a time, because it keeps what it knows in a folder of its own. */
    public boolean isAlone() {
        return this == NOTIFICATION || this == ANALYTICS;
    }

    /** The name of its contract. */
    public String fullName() {
        return fullName;
    }

    /** How far its port is from the first. */
    int portOffset() {
        return portOffset;
    }

    /** The part with this {@link #id}. */
    public static Part of(String id) {
        for (Part part : values()) {
            if (part.id.equals(id)) {
                return part;
            }
        }
        throw new IllegalArgumentException("the shop has no service " + id);
    }
}
