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

    /// <summary>What was answered, with what each value is worth.</summary>
    public static void Served(IEnumerable<(Flight Asked, FeatureVector Answer)> answers)
    {
        var table = new Table().Title("Served").AddColumns("from", "to", "mean delay, 1 h", "6 h", "late, 1 d", "mean delay there", "newest flight");
        foreach (var (asked, answer) in answers)
        {
            table.AddRow(
                asked.Origin, asked.Destination, Text(answer["delay_mean_1h"]), Text(answer["delay_mean_6h"]), Text(answer["late_share_1d"]),
                Text(answer["destination_delay_mean_6h"]), $"{asked.Date - answer["delay_mean_6h"].EventTime:d\\.hh\\:mm} old");
        }

        AnsiConsole.Write(table);
    }

    public static void Skew(IEnumerable<FeatureSkew> changes)
    {
        var rows = changes.GroupBy(change => change.Feature).Select(feature => feature.Last()).ToList();
        AnsiConsole.MarkupLineInterpolated(
            $"computed again by the training path: {rows.Sum(row => row.Compared)} values, [bold]{rows.Sum(row => row.Different)}[/] differ");
    }

    /// <summary>What became of the flights, by how likely the model had thought them late.</summary>
    public static void Scores(IReadOnlyList<ScoredFlight> scored)
    {
        var table = new Table().Title("The last week, scored").AddColumns("risk", "flights", "late by the model", "late in fact");
        foreach (var part in scored.OrderBy(flight => flight.Risk).Index().GroupBy(flight => flight.Index * 5L / scored.Count, flight => flight.Item))
        {
            table.AddRow(
                $"{part.First().Risk:0.00} to {part.Last().Risk:0.00}", $"{part.Count():N0}",
                $"{part.Average(flight => flight.Risk):P1}", $"{part.Average(flight => flight.Late ? 1 : 0):P1}");
        }

        AnsiConsole.Write(table);
    }

    public static void Drift(IEnumerable<ColumnDrift> drift)
    {
        var table = new Table().Title("Against the weeks of the training set").AddColumns("column", "stability index", "largest difference", "missing");
        foreach (var (column, found) in drift.OrderByDescending(row => row.Drift.Psi))
            table.AddRow(column, $"{found.Psi:0.000}", $"{found.Ks:0.000}", $"{found.Missing:P1}");
        AnsiConsole.Write(table);
    }

    private static string Text(FeatureValue value)
        => value.HasValue ? $"{value.As<double>():0.00}{(value.Status == FeatureStatus.Present ? "" : $" ({value.Status})")}" : $"{value.Status}";

    private static string Line(JobStatus status)
        => $"{status.RecordsRead:N0} records read, {status.Lag:N0} to go, checkpoint {status.Checkpoints.Last}";
}
