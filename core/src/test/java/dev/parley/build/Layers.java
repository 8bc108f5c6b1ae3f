package dev.parley.build;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * The order of the modules: a module may stand on modules of lower levels only, so that no cycle can form and each
 * module can be used without those above it.
 */
final class Layers {
    private static final String GROUP = "dev.parley";
    private static final String PREFIX = "parley-";

    private static final List<Set<String>> LEVELS = List.of(
            Set.of("core"),
            Set.of("resilience", "http", "store"),
            Set.of("telemetry", "discovery", "messaging"),
            Set.of(
                    "chain",
                    "discovery-consul",
                    "discovery-etcd",
                    "discovery-kubernetes",
                    "messaging-store",
                    "messaging-rabbitmq",
                    "messaging-kafka",
                    "messaging-redis",
                    "messaging-nats",
                    "messaging-sqs",
                    "events",
                    "jobs"),
            Set.of("rest", "saga"),
            Set.of("rpc", "codegen", "registry"),
            Set.of("traffic", "grpc-java", "broker"),
            Set.of("gateway", "console"),
            Set.of("cli"));

    /** Modules that serve tests: a library may name them in test scope only. */
    private static final Set<String> TEST_SUPPORT =
            Set.of("testing", "testing-servers", "tck", "tck-discovery", "tck-messaging");

    private static final String EXAMPLES = "examples/";
    private static final String BENCHMARKS = "benchmarks";
    private static final String PEERS = "benchmarks/peers/";

    private Layers() {}

    /** One module as its pom describes it; the folder is relative to the root. */
    record Module(String folder, String artifact, List<Edge> edges) {}

    /** A dependency on another module of the project. */
    record Edge(String artifact, String scope) {}

    /** Returns whether users of the project depend on the module in this folder. */
    static boolean isLibrary(String folder) {
        return level(folder) != null;
    }

    /** Returns the folders that a root pom names as modules, those in profiles included. */
    static List<String> modules(String rootPom) {
        Element project = parse(rootPom);
        List<Element> holders = new ArrayList<>(List.of(project));
        children(project, "profiles").forEach(all -> holders.addAll(children(all, "profile")));
        return holders.stream()
                .flatMap(holder -> children(holder, "modules").stream())
                .flatMap(all -> children(all, "module").stream())
                .map(module -> module.getTextContent().strip())
                .toList();
    }

    /** Reads the pom of the module in a folder; dependencies in profiles count like all others. */
    static Module module(String folder, String pom) {
        Element project = parse(pom);
        List<Element> holders = new ArrayList<>(List.of(project));
        children(project, "profiles").forEach(all -> holders.addAll(children(all, "profile")));
        List<Edge> edges = holders.stream()
                .flatMap(holder -> children(holder, "dependencies").stream())
                .flatMap(all -> children(all, "dependency").stream())
                .filter(dependency -> isOwnGroup(text(dependency, "groupId", "")))
                .map(dependency -> new Edge(text(dependency, "artifactId", ""), text(dependency, "scope", "compile")))
                .toList();
        return new Module(folder, text(project, "artifactId", ""), edges);
    }

    /** Returns one sentence for each thing that is wrong with these modules; empty if the layers hold. */
    static List<String> violations(Collection<Module> modules) {
        List<String> wrong = new ArrayList<>();
        Map<String, String> folders = new LinkedHashMap<>();
        for (Module module : modules) {
            folders.put(module.artifact(), module.folder());
            if (!isKnown(module.folder())) {
                wrong.add("module %s has no level: add it to Layers".formatted(module.folder()));
            }
            String expected = PREFIX + lastPart(module.folder());
            if (!module.artifact().equals(expected)) {
                wrong.add(
                        "module %s is called %s instead of %s".formatted(module.folder(), module.artifact(), expected));
            }
        }
        for (Module module : modules) {
            for (Edge edge : module.edges()) {
                String target = folders.get(edge.artifact());
                if (target == null) {
                    wrong.add("%s depends on %s, which is no module".formatted(module.folder(), edge.artifact()));
                } else if (isKnown(module.folder()) && isKnown(target)) {
                    addViolation(wrong, module.folder(), target, edge.scope());
                }
            }
        }
        return wrong;
    }

    private static void addViolation(List<String> wrong, String from, String to, String scope) {
        Integer fromLevel = level(from);
        Integer toLevel = level(to);
        boolean ships = !scope.equals("test");
        if (fromLevel == null) {
            if (TEST_SUPPORT.contains(from) && toLevel == null && !TEST_SUPPORT.contains(to)) {
                wrong.add("%s depends on %s, which nothing may stand on".formatted(from, to));
            }
        } else if (toLevel == null) {
            if (!TEST_SUPPORT.contains(to)) {
                wrong.add("%s depends on %s, which nothing may stand on".formatted(from, to));
            } else if (ships) {
                wrong.add("%s depends on %s in scope %s: only scope test may".formatted(from, to, scope));
            }
        } else if (ships && toLevel >= fromLevel) {
            wrong.add("%s (level %d) depends on %s (level %d) in scope %s: not downward"
                    .formatted(from, fromLevel, to, toLevel, scope));
        }
    }

    private static boolean isKnown(String folder) {
        return level(folder) != null
                || TEST_SUPPORT.contains(folder)
                || folder.startsWith(EXAMPLES)
                || folder.equals(BENCHMARKS)
                || folder.startsWith(PEERS);
    }

    private static @Nullable Integer level(String folder) {
        for (int level = 0; level < LEVELS.size(); level++) {
            if (LEVELS.get(level).contains(folder)) {
                return level;
            }
        }
        return null;
    }

    private static boolean isOwnGroup(String group) {
        return group.equals(GROUP) || group.equals("${project.groupId}") || group.equals("${project.parent.groupId}");
    }

    private static String lastPart(String folder) {
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    private static String text(Element parent, String name, String otherwise) {
        List<Element> found = children(parent, name);
        return found.isEmpty() ? otherwise : found.getFirst().getTextContent().strip();
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }

    private static Element parse(String pom) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            // The default one prints to the console before it throws.
            builder.setErrorHandler(new DefaultHandler());
            return builder.parse(new InputSource(new StringReader(pom))).getDocumentElement();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SAXException | ParserConfigurationException e) {
            throw new IllegalArgumentException("not a pom: " + pom, e);
        }
    }
}
