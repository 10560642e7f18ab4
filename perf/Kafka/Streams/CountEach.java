import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** What Latency.cs measures beside Dataflow: Kafka Streams counts each key, and answers each record with its value. */
public final class CountEach {
    public static void main(String[] arguments) {
        Properties settings = new Properties();
        settings.putAll(Map.of(
            "bootstrap.servers", arguments[0], "application.id", "count-each-" + arguments[1],
            "processing.guarantee", "exactly_once_v2", "commit.interval.ms", "100", "auto.offset.reset", "earliest",
            "replication.factor", "1"));
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("counts"), Serdes.Long(), Serdes.Long()));
        builder.stream(arguments[1], Consumed.with(Serdes.Long(), Serdes.ByteArray()))
            .processValues(Counts::new, "counts")
            .to(arguments[2], Produced.with(Serdes.Long(), Serdes.ByteArray()));
        new KafkaStreams(builder.build(), settings).start();
    }

    private static final class Counts extends ContextualFixedKeyProcessor<Long, byte[], byte[]> {
        private KeyValueStore<Long, Long> counts;

        @Override
        public void init(FixedKeyProcessorContext<Long, byte[]> context) {
            super.init(context);
            counts = context.getStateStore("counts");
        }

        @Override
        public void process(FixedKeyRecord<Long, byte[]> record) {
            Long count = counts.get(record.key());
            counts.put(record.key(), count == null ? 1 : count + 1);
            context().forward(record);
        }
    }
}
