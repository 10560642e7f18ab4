using System.Globalization;
using Dataflow.Perf.Kafka;

// Writes the same records with Confluent.Kafka's producer and with the sink, and reads them with its consumer and with the source, in
// turns: Kafka --kafka HOST:PORT [records] [rounds]
if (args is not ["--kafka", var brokers, .. var rest])
{
    Console.Error.WriteLine("Give a broker of Apache Kafka: --kafka HOST:PORT [records] [rounds].");
    return 1;
}

var records = rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 5_000_000;
var rounds = rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 5;
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

string Ratio(Func<(Cost Producer, Cost Sink, Cost Consumer, Cost Source), double> of)
{
    var sorted = costs.Select(of).Order().ToArray();
    return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0.00} ({sorted[0]:0.00} to {sorted[^1]:0.00})");
}
