using Dataflow;

namespace Verbs;

/// <summary>A timer of event time for each key.</summary>
internal static class ProcessTimersExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("process-timers");
        pipeline.From(Source.Of<Order>([new(0, "ada", "tea", 2), new(8, "ada", "cups", 1), new(30, "bob", "tea", 4)]))
            .WithEventTime(order => order.Time)
            .KeyBy(order => order.Customer)
            .Process(() => new Silences())
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }

    /// <summary>Says who has not ordered for ten minutes.</summary>
    private sealed class Silences : KeyedProcess<string, Order, DateTimeOffset, string>
    {
        private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

        public override void OnRecord(in Record<Order> record, ref DateTimeOffset due, ProcessContext<string, string> context)
        {
            context.DeleteTimer(due);
            due = record.Time + s_patience;
            context.SetTimer(due);
        }

        public override void OnTimer(long timestamp, ref DateTimeOffset due, ProcessContext<string, string> context)
        {
            context.Emit($"{due:HH:mm} {context.Key} is silent");
            context.ClearState();
        }
    }
}
