package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.http.PercentEncoding;
import java.util.ArrayList;
import java.util.List;

/** One parameter of a query, decoded. */
record QueryParameter(String name, String value) {

    static List<QueryParameter> parse(String query) {
        List<QueryParameter> parameters = new ArrayList<>();
        for (int start = 0; start < query.length(); ) {
            int end = query.indexOf('&', start);
            end = end < 0 ? query.length() : end;
            if (end > start) {
                int equals = query.indexOf('=', start);
                boolean valued = equals >= 0 && equals < end;
                parameters.add(new QueryParameter(
                        decode(query.substring(start, valued ? equals : end)),
                        valued ? decode(query.substring(equals + 1, end)) : ""));
            }
            start = end + 1;
        }
        return parameters;
    }

    private static String decode(String text) {
        return PercentEncoding.decode(text.replace('+', ' '), false)
                .orElseThrow(() -> new CallException(
                        Code.INVALID_ARGUMENT, "the query holds an escape that is not UTF-8 in percent-encoding"));
    }
}
