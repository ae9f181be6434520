import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** Phrases of folded names in a Lucene Monitor, matched with folded texts: one of each a line of the two files. */
public class MonitorBench {
    private static final String FIELD = "text";
    private static final int BATCH = 10_000;

    public static void main(String[] args) throws IOException {
        List<String> names = Files.readAllLines(Path.of(args[0]));
        List<String> texts = Files.readAllLines(Path.of(args[1]));
        int rounds = Integer.parseInt(args[2]);
        try (Monitor monitor = new Monitor(new WhitespaceAnalyzer())) {
            long began = System.nanoTime();
            register(monitor, names);
            double built = (System.nanoTime() - began) / 1e9;
            long hits = matchAll(monitor, texts); // warms up
            double[] seconds = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                began = System.nanoTime();
                matchAll(monitor, texts);
                seconds[round] = (System.nanoTime() - began) / 1e9;
            }
            Arrays.sort(seconds);
            System.out.printf(Locale.ROOT, "{\"build_seconds\": %f, \"seconds\": %f, \"hits\": %d}%n", built, seconds[rounds / 2], hits);
        }
    }

    private static void register(Monitor monitor, List<String> names) throws IOException {
        List<MonitorQuery> batch = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            batch.add(new MonitorQuery(Integer.toString(i), query(names.get(i).split(" "))));
            if (batch.size() == BATCH || i == names.size() - 1) {
                monitor.register(batch);
                batch.clear();
            }
        }
    }

    private static Query query(String[] words) {
        return words.length == 1 ? new TermQuery(new Term(FIELD, words[0])) : new PhraseQuery(FIELD, words);
    }

    private static long matchAll(Monitor monitor, List<String> texts) throws IOException {
        long hits = 0;
        for (String text : texts) {
            Document document = new Document();
            document.add(new TextField(FIELD, text, Field.Store.NO));
            hits += monitor.match(document, QueryMatch.SIMPLE_MATCHER).getMatchCount();
        }
        return hits;
    }
}
