using Avro.Generic;

namespace Dataflow.Kafka.Tests;

/// <summary>Registries that do not answer or refuse, and values that are not what they should be.</summary>
public sealed class FailureTests(SharedNode shared) : IDisposable
{
    private const string Login = "ann:a-secret";

    private readonly TestRegistry _registry = new();

    private KafkaNode Node => shared.Node;

    // Asks again soon.
    private SchemaRegistry Registry => new SchemaRegistry(_registry.Url).With("schema.registry.retries.wait.ms", "10");

    [Fact]
    public async Task Values_that_are_not_of_the_registry_are_dead_letters_with_partition_and_offset()
    {
        var topic = Node.CreateTopic();
        using var foreign = new Foreign(Node, _registry);
        foreign.WriteAvro(topic, new Click { Page = "first" });
        foreign.WriteBytes(
            topic,
            [0, 0, 0, 0, 99, 2, (byte)'x'], // no such schema
            [0, 0, 0, 0, 99, 2, (byte)'x'],
            [1, 0, 0, 0, 1, 2, (byte)'x'], // another first byte
            [0, 0, 0],
            [],
            [0, 0, 0, 0, 1, 8, (byte)'x'], // ends in a text
            [0, 0, 0, 0, 1, 2, (byte)'x', 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0], // an array of 2^52
            [0, 0, 0, 0, 1, 2, (byte)'x', 0, 0, 0, 0], // more than the schema says
            [0, 0, 0, 0, 1, 2, (byte)'x', 0, 0, 6]); // a union has no fourth type
        foreign.WriteAvro(topic, new Click { Page = "last" });
        using var log = Runs.OpenLog();

        var clicks = await Runs.ReadAsync(
            Source.Kafka(topic, Node.Cluster, Registry.Avro<Click>(), stopAtEnd: true), log, ErrorPolicy.DeadLetter(10));

        Assert.Equal(["first", "last"], clicks.Select(click => click.Page));
        var letters = Topic.Of<DeadLetter>("read.dead-letters").ReadAll(log).ToList();
        Assert.Equal(
            Enumerable.Range(1, 9).Select(offset => ($"kafka:{topic}[0]", (long)offset)),
            letters.Select(letter => (letter.Source, letter.Position)));
        Assert.Equal(1, _registry.Requests.Count(request => request.EndsWith("/99", StringComparison.Ordinal)));
        string[] reasons =
        [
            "knows no schema 99", "knows no schema 99", "begins with byte 1 instead of 0", "has 3 bytes, too few", "has 0 bytes, too few",
            "at byte 1 of 2 there should be 4 more", "there should be 4503599627370496 more", "1 bytes more than its schema says", "",
        ];
        Assert.All(letters.Zip(reasons), pair => Assert.Contains(pair.Second, pair.First.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_that_nests_too_deep_for_the_stack_is_an_error_of_the_record()
    {
        var topic = Node.CreateTopic();
        using var foreign = new Foreign(Node, _registry);
        var id = _registry.Register("nodes", """{"type":"record","name":"Node","fields":[{"name":"Next","type":["null","Node"]}]}""");
        foreign.WriteBytes(
            topic, [0, 0, 0, 0, (byte)id, .. Enumerable.Repeat((byte)2, 500_000), 0], [0, 0, 0, 0, (byte)id, 2, 0]);

        var nodes = await Runs.ReadAsync(
            Source.Kafka(topic, Node.Cluster, Registry.Avro<GenericRecord>(), stopAtEnd: true), onError: ErrorPolicy.DeadLetter(1));

        Assert.Null(((GenericRecord)Assert.Single(nodes)["Next"])["Next"]);
    }

    [Fact]
    public async Task A_registry_that_is_not_there_for_a_new_schema_stops_the_job_with_an_error_that_may_pass_and_no_dead_letter()
    {
        var topic = Node.CreateTopic();
        using var foreign = new Foreign(Node, _registry);
        foreign.WriteAvro(topic, new Click { Page = "known" });
        var source = Source.Kafka(topic, Node.Cluster, Registry.Avro<Click>(), stopAtEnd: true);
        Assert.Single(await Runs.ReadAsync(source));
        _registry.Stop();
        Assert.Single(await Runs.ReadAsync(source)); // this schema is known

        _registry.Start();
        foreign.WriteAvro(topic, Foreign.Record(Click.Older, ("Page", "new"), ("Ms", 7)));
        _registry.Stop();
        var error = await Assert.ThrowsAsync<ConnectorException>(() => Runs.ReadAsync(source, onError: ErrorPolicy.DeadLetter(10)));

        Assert.Contains($"Schema registry '{_registry.Url}', schema 2: it did not answer", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        _registry.Start();
        Assert.Equal(["known", "new"], (await Runs.ReadAsync(source)).Select(click => click.Page));
    }

    [Fact]
    public async Task A_job_with_restarts_goes_on_once_the_registry_is_back()
    {
        var topic = Node.CreateTopic();
        using var foreign = new Foreign(Node, _registry);
        using var log = Runs.OpenLog();
        var results = Sink.Memory<Click>();
        var pipeline = new Pipeline("read") { OnError = ErrorPolicy.DeadLetter(10) };
        pipeline.From(Source.Kafka(topic, Node.Cluster, Registry.Avro<Click>())).To(results);
        await using var job = await pipeline.StartOnAsync(log, restarts: 1_000);
        foreign.WriteAvro(topic, new Click { Page = "1" });
        await Until(job, () => results.Committed.Count == 1);

        _registry.Stop();
        foreign.WriteBytes(topic, [0, 0, 0, 0, 2, 2, (byte)'2', 14]); // of the schema that is still to be registered
        await Until(job, () => job.Status.Restarts > 0);
        _registry.Register($"{topic}-value", Click.Older);
        _registry.Start();
        await Until(job, () => results.Committed.Count == 2);

        Assert.Equal(["1", "2"], results.Committed.Select(click => click.Page));
    }

    [Fact]
    public async Task A_sink_that_opens_without_its_registry_is_an_error_that_may_pass_and_names_the_subject()
    {
        var topic = Node.CreateTopic();
        var sink = Sink.Kafka(topic, Node.Cluster, Registry.Avro<Click>());
        _registry.Stop();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => Runs.WriteAsync(sink)); // no value is needed for it

        Assert.Contains($"subject '{topic}-value': it did not answer", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task A_registry_that_never_answers_is_waited_for_as_long_as_its_timeout_says()
    {
        _registry.IsSilent = true;
        var sink = Sink.Kafka(
            Node.CreateTopic(), Node.Cluster, Registry.With("schema.registry.request.timeout.ms", "200").Avro<Click>());

        var error = await Assert.ThrowsAsync<ConnectorException>(() => Runs.WriteAsync(sink, new Click()));

        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task A_schema_that_does_not_go_with_the_subjects_is_refused_where_the_sink_opens()
    {
        var topic = Node.CreateTopic();
        _registry.ClosedSubject = $"{topic}-value";

        var error = await Assert.ThrowsAsync<ConnectorException>(
            () => Runs.WriteAsync(Sink.Kafka(topic, Node.Cluster, Registry.Json<int>()), 1));

        Assert.Contains("does not go with those that the subject has", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task A_log_in_works_and_a_wrong_one_is_said_and_not_shown()
    {
        var topic = Node.CreateTopic();
        _registry.Login = Login;
        await Runs.WriteAsync(Sink.Kafka(topic, Node.Cluster, Registry.With(User, Login).Avro<string>()), "1");
        var wrong = Registry.With(User, "ann:a-wrong-secret");
        var source = Source.Kafka(topic, Node.Cluster, wrong.Avro<string>(), stopAtEnd: true);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => Runs.ReadAsync(source, onError: ErrorPolicy.DeadLetter(10)));

        Assert.Contains("Check schema.registry.basic.auth.user.info", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-wrong-secret", $"{error} {wrong} {source}", StringComparison.Ordinal);
        Assert.False(error.IsTransient);
        var read = await Runs.ReadAsync(Source.Kafka(topic, Node.Cluster, Registry.With(User, Login).Avro<string>(), stopAtEnd: true));
        Assert.Equal(["1"], read);
    }

    private const string User = "schema.registry.basic.auth.user.info";

    public void Dispose() => _registry.Dispose();

    private static async Task Until(Job job, Func<bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!isSo()) await Task.WhenAny(job.Completion, Task.Delay(5, limit.Token)).Unwrap();
    }
}
