using System.Diagnostics;
using Dataflow;
using Dataflow.Log;
using Spectre.Console;

namespace FlightDelays;

/// <summary>Everything that the program prints.</summary>
internal static class Show
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs a pipeline to its end, with its progress on one line.</summary>
    public static async Task<(JobStatus Status, TimeSpan Time)> RunAsync(string title, Pipeline pipeline, LogStore log)
    {
        var start = Stopwatch.GetTimestamp();
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log });
        AnsiConsole.MarkupLineInterpolated(job.StartedFrom == 0
            ? (FormattableString)$"[bold]{title}[/]: begins"
            : $"[bold]{title}[/]: carries on from checkpoint {job.StartedFrom}");
        await AnsiConsole.Status().StartAsync(title, async context =>
        {
            while (await Task.WhenAny(job.Completion, Task.Delay(Refresh)) != job.Completion)
                context.Status(Markup.Escape(Line(job.Status)));
        });
        await job.Completion;
        var status = job.Status;
        AnsiConsole.MarkupLineInterpolated($"[bold]{title}[/]: done, {Line(status)}");
        return (status, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>The airports with the highest mean delay over any six hours with at least 30 flights.</summary>
    public static void Worst(IEnumerable<AirportDelay> delays)
    {
        var worst = delays.Where(delay => delay.Flights >= 30)
            .GroupBy(delay => delay.Airport)
            .Select(airport => airport.MaxBy(delay => delay.MeanDelay)!)
            .OrderByDescending(delay => delay.MeanDelay)
            .Take(10);
        var table = new Table().Title("The worst six hours").AddColumns("airport", "city", "until", "flights", "mean delay", "worst");
        foreach (var delay in worst)
        {
            table.AddRow(delay.Airport, Markup.Escape(delay.City), $"{delay.WindowEnd:yyyy-MM-dd HH:mm}", $"{delay.Flights}",
                $"{delay.MeanDelay:0.0} min", $"{delay.WorstDelay} min");
        }

        AnsiConsole.Write(table);
    }

    public static void Totals((JobStatus Status, TimeSpan Time) run, string arrow)
    {
        var (status, time) = run;
        var flights = status.Splits.Where(split => split.Name.StartsWith("flights[", StringComparison.Ordinal)).Sum(split => split.Read);
        var table = new Table().HideHeaders().AddColumns("", "");
        table.AddRow("flights read", $"{flights:N0}");
        table.AddRow("throughput", $"{flights / time.TotalSeconds:N0} flights/s");
        table.AddRow("checkpoints", $"{status.Checkpoints.Count}, the last is {status.Checkpoints.Last}");
        table.AddRow("longest pause", $"{status.Checkpoints.PauseMax.TotalMilliseconds:0.00} ms");
        table.AddRow("lag", $"{status.Lag:N0} flights");
        table.AddRow("features", Markup.Escape(Path.GetFullPath(arrow)));
        AnsiConsole.Write(table);
    }

    private static string Line(JobStatus status)
        => $"{status.RecordsRead:N0} records read, {status.Lag:N0} to go, checkpoint {status.Checkpoints.Last}";
}
