using Dataflow;

namespace Verbs;

/// <summary>A file of separated values.</summary>
internal static class CsvExample
{
    public static async Task RunAsync()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "minute;customer;item;pieces\n0;ada;\"tea; green\";2\n1;bob;cups;NA\n2;eve;tea;1\n");

        var pipeline = new Pipeline("csv") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Source.Csv<Order>(path, new CsvOptions { Separator = ';' }))
            .To(Sink.Console<Order>(order => $"{order.Customer}: {order.Pieces} of '{order.Item}'"));

        var status = await pipeline.RunInMemoryAsync();
        Console.WriteLine($"{status.DeadLetters} dead letter");
        File.Delete(path);
    }
}
