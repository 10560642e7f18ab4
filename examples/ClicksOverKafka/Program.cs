using Dataflow;
using Dataflow.Kafka;

// Clicks per minute, from a topic of Kafka to another, exactly once: kill it and start it again, and nothing is there twice.
if (args is not ["--kafka", var brokers, .. var more] || more is not ([] or ["--log-on-kafka"]))
{
    Console.Error.WriteLine("""
        Usage: dotnet run --project examples/ClicksOverKafka -- --kafka HOST:PORT [--log-on-kafka]
        With --log-on-kafka the pipelines keep their state on Kafka too, so that they carry on from any machine.
        It needs a broker of Apache Kafka with two topics, which Kafka's own tool creates:
          kafka-topics.sh --bootstrap-server HOST:PORT --create --topic clicks --partitions 4
          kafka-topics.sh --bootstrap-server HOST:PORT --create --topic minutes --partitions 2
        """);
    return 1;
}

var kafka = new KafkaCluster(brokers);
try
{
    await using var log = more is [] ? null : await KafkaLog.ConnectAsync(kafka);
    var options = new JobOptions { Directory = "clicks-data", Log = log };
    await Write().RunAsync(options);
    await Count().RunAsync(options);
    await Show().RunAsync(options);
    return 0;
}
catch (DataflowException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

Pipeline Write()
{
    var noon = new DateTimeOffset(DateTime.UtcNow.Date.AddHours(-12), TimeSpan.Zero);
    var pages = new[] { "home", "search", "cart" };
    var pipeline = new Pipeline("write-clicks");
    pipeline.From(Source.Of(Enumerable.Range(0, 300).Select(i => new Click(pages[i * i % 3], noon.AddSeconds(i)))))
        .WithEventTime(click => click.Time)
        .To(Sink.Kafka("clicks", kafka, (Click click) => click.Page, Serde.Json<Click>()));
    return pipeline;
}

Pipeline Count()
{
    var pipeline = new Pipeline("count-clicks");
    pipeline.From(Source.Kafka("clicks", kafka, Serde.Json<Click>(), stopAtEnd: true))
        .WithEventTime(click => click.Time, maxOutOfOrderness: TimeSpan.FromSeconds(10))
        .KeyBy(click => click.Page)
        .Window(Tumbling.Every(TimeSpan.FromMinutes(1)))
        .Aggregate(a => a.Count(), (page, window, clicks) => new Minute(page, window.Start, clicks))
        .To(Sink.Kafka("minutes", kafka, (Minute minute) => minute.Page, Serde.Json<Minute>()));
    return pipeline;
}

Pipeline Show()
{
    var pipeline = new Pipeline("show-minutes");
    pipeline.From(Source.Kafka("minutes", kafka, Serde.Json<Minute>(), stopAtEnd: true))
        .To(Sink.Console<Minute>(minute => $"{minute.Start:HH:mm} {minute.Page}: {minute.Clicks}"));
    return pipeline;
}

internal sealed record Click(string Page, DateTimeOffset Time);

internal sealed record Minute(string Page, DateTimeOffset Start, long Clicks);
