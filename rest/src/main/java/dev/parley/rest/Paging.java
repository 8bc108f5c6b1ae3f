package dev.parley.rest;

/**
 * How a service says where the next page of a list is. Immutable; see {@link ServiceRequest#pages}.
 *
 * @param cursor the member of an answer that holds the next page's cursor; empty for the header {@code Link} with {@code
 *     rel="next"} (RFC 8288). A cursor that is missing, {@code null} or empty ends the list
 * @param parameter the parameter of the query that takes the cursor
 * @param maxPages the most pages that are asked for; 1,000. If there are more: RESOURCE_EXHAUSTED
 */
public record Paging(String cursor, String parameter, int maxPages) {

    private static final int MOST_PAGES = 1_000;

    /** Checks that the number of pages is positive, and that a cursor has its parameter. */
    public Paging {
        if (maxPages <= 0) {
            throw new IllegalArgumentException("maxPages must be positive, but is " + maxPages);
        }
        if (cursor.isEmpty() != parameter.isEmpty()) {
            throw new IllegalArgumentException(
                    "cursor and parameter go together, but are \"" + cursor + "\" and \"" + parameter + '"');
        }
    }

    /** By the header {@code Link: </products?page=2>; rel="next"}. */
    public static Paging links() {
        return new Paging("", "", MOST_PAGES);
    }

    /** By a cursor: {@code cursor("nextCursor", "after")}. */
    public static Paging cursor(String member, String parameter) {
        if (member.isEmpty()) {
            throw new IllegalArgumentException("the member that holds the cursor must not be empty");
        }
        return new Paging(member, parameter, MOST_PAGES);
    }

    /** With another limit. */
    public Paging withMaxPages(int pages) {
        return new Paging(cursor, parameter, pages);
    }
}
