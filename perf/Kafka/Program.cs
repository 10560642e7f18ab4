using System.Globalization;
using Dataflow.Perf.Kafka;

// Writes the same records with Confluent.Kafka's producer and with the sink, and reads them with its consumer and with the source, in
// turns: Kafka --kafka HOST:PORT [records] [rounds]
// Restores the state of a pipeline from Kafka, and from images on the disk: Kafka --kafka HOST:PORT restore [keys] [rounds] [directory]
// Has a process join a pipeline, and kills another: Kafka --kafka HOST:PORT takeover [keys] [standbys]
// Counts by key in windows, beside Kafka Streams: Kafka --kafka HOST:PORT count TOPIC [broker's process] [rounds]
// Measures how long 10,000 records a second take, here or through another program: Kafka --kafka HOST:PORT latency [COMMAND …]
if (args is ["each", var cluster, var from, var to]) // the program whose latency is measured
{
    await CountEach.RunAsync(cluster, from, to);
    return 0;
}

if (args is not ["--kafka", var brokers, .. var rest])
{
    Console.Error.WriteLine(
        "Give a broker of Apache Kafka: --kafka HOST:PORT [records] [rounds], … restore [keys] [rounds] [directory], "
            + "… takeover [keys] [standbys], … count TOPIC or … latency [COMMAND …].");
    return 1;
}

if (rest is ["restore", ..])
{
    await Restore.RunAsync(brokers, Number(1, unlessGiven: 1_000_000), Number(2, unlessGiven: 3), rest.ElementAtOrDefault(3));
    return 0;
}

if (rest is ["takeover", ..])
{
    await new Takeover(brokers, Number(1, unlessGiven: 2_000_000), Number(2, unlessGiven: 0)).RunAsync();
    return 0;
}

if (rest is ["member", var name, _]) // a process of the take-over
{
    await Counting.RunAsync(brokers, name, Number(2, unlessGiven: 0));
    return 0;
}

if (rest is ["count", var topic, ..])
{
    await Count.RunAsync(brokers, topic, Number(2, unlessGiven: 0), Number(3, unlessGiven: 3));
    return 0;
}

if (rest is ["latency", .. var command])
{
    await new Latency(brokers, command is [] ? [Environment.ProcessPath!, "each"] : command).RunAsync();
    return 0;
}

var (records, rounds) = (Number(0, unlessGiven: 5_000_000), Number(1, unlessGiven: 5));
var ways = new Ways(brokers, records);
List<(Cost Producer, Cost Sink, Cost Consumer, Cost Source)> costs = [];
for (var round = 0; round <= rounds; round++)
{
    var (ours, theirs) = (await ways.CreateTopicAsync(), await ways.CreateTopicAsync());
    var cost = (ways.Producer(theirs), await ways.SinkAsync(ours), ways.Consumer(theirs), await ways.SourceAsync(theirs));
    await ways.DeleteTopicsAsync(ours, theirs);
    if (round == 0) continue; // warms all of it up
    costs.Add(cost);
    Console.WriteLine($"producer {cost.Item1}; sink {cost.Item2}; consumer {cost.Item3}; source {cost.Item4}");
}

Console.WriteLine($"sink / producer: {Ratio(cost => cost.Producer.Seconds / cost.Sink.Seconds)} by the clock");
Console.WriteLine($"source / consumer: {Ratio(cost => cost.Consumer.Seconds / cost.Source.Seconds)} by the clock, "
    + $"{Ratio(cost => cost.Consumer.Processor / cost.Source.Processor)} by processor time");
return 0;

int Number(int place, int unlessGiven) => rest.Length > place ? int.Parse(rest[place], CultureInfo.InvariantCulture) : unlessGiven;

string Ratio(Func<(Cost Producer, Cost Sink, Cost Consumer, Cost Source), double> of)
{
    var sorted = costs.Select(of).Order().ToArray();
    return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0.00} ({sorted[0]:0.00} to {sorted[^1]:0.00})");
}
