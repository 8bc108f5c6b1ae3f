package dev.parley.cli;

import dev.parley.Explanation;
import dev.parley.discovery.Pick;
import java.io.PrintWriter;

/** An explanation as lines: one for each decision, and below the choice of an endpoint one for each that was considered. */
record ExplanationText(PrintWriter err) {

    void print(Explanation why) {
        for (Explanation.Decision decision : why.decisions()) {
            err.println("* " + decision.by() + ": " + decision.what());
            if (decision instanceof Pick pick) {
                pick.considered().forEach(each -> err.println(line(pick, each)));
            }
        }
        if (why.dropped() > 0) {
            err.println("* and " + why.dropped() + " more decisions");
        }
        err.flush();
    }

    private static String line(Pick pick, Pick.Considered each) {
        String mark = each.endpoint().equals(pick.chosen()) ? "->" : "  ";
        return "    " + mark + ' ' + each.endpoint() + "  " + each.state();
    }
}
