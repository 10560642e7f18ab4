using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Dataflow;
using Dataflow.Features;
using Dataflow.Log;
using Dataflow.Operations;
using Spectre.Console;

namespace FlightDelays;

/// <summary>Everything that the program prints.</summary>
internal static class Show
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromSeconds(AnsiConsole.Profile.Capabilities.Interactive ? 0.1 : 5);

    private static readonly ConcurrentQueue<Job> s_jobs = [];

    /// <summary>The jobs so far, also those that have ended.</summary>
    public static IReadOnlyCollection<Job> Jobs => s_jobs;

    /// <summary>Runs a pipeline to its end, with its progress on one line; Ctrl-C stops it at a checkpoint.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task<(JobStatus Status, TimeSpan Time)> RunAsync(string title, Pipeline pipeline, PartitionedLog log)
    {
        var start = Stopwatch.GetTimestamp();
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log });
        s_jobs.Enqueue(job);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        AnsiConsole.MarkupLineInterpolated(job.StartedFrom == 0
            ? (FormattableString)$"[bold]{title}[/]: begins"
            : $"[bold]{title}[/]: carries on from checkpoint {job.StartedFrom}");
        await AnsiConsole.Status().StartAsync(title, async context =>
        {
            while (await Task.WhenAny(job.Completion, Task.Delay(s_refresh)) != job.Completion)
                context.Status(Markup.Escape(Line(job)));
        });
        await job.Completion;
        var end = job switch
        {
            { State: JobState.Stopped } => "stopped",
            { Status: { RecordsRead: 0, Processes.Count: 0 } } => "was done already",
            _ => "done",
        };
        AnsiConsole.MarkupLineInterpolated($"[bold]{title}[/]: {end}, {Line(job)}");
        return job.State == JobState.Stopped ? throw new OperationCanceledException() : (job.Status, Stopwatch.GetElapsedTime(start));

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _ = job.StopAsync();
        }
    }

    /// <summary>The airports with the highest mean delay over any six hours with at least 30 flights.</summary>
    public static void Worst(IEnumerable<AirportDelay> delays)
    {
        var worst = delays.Where(delay => delay.Flights >= 30)
            .GroupBy(delay => delay.Airport)
            .Select(airport => airport.MaxBy(delay => delay.MeanDelay)!)
            .OrderByDescending(delay => delay.MeanDelay)
            .Take(10);
        var table = new Table().Title("The worst six hours")
            .AddColumns(Columns("airport", "city", "until", "flights", "mean delay", "worst"));
        foreach (var delay in worst)
        {
            table.AddRow(delay.Airport, Markup.Escape(delay.City), $"{delay.WindowEnd:yyyy-MM-dd HH:mm}", $"{delay.Flights}",
                $"{delay.MeanDelay:0.0} min", $"{delay.WorstDelay} min");
        }

        AnsiConsole.Write(table);
    }

    public static void Totals((JobStatus Status, TimeSpan Time) run, string features)
    {
        var (status, time) = run;
        var flights = status.Splits.Where(split => split.Name.StartsWith("flights[", StringComparison.Ordinal)).Sum(split => split.Read);
        var table = new Table().HideHeaders().AddColumns("", "");
        if (flights > 0)
        {
            table.AddRow("flights read", $"{flights:N0}");
            table.AddRow("throughput", $"{flights / time.TotalSeconds:N0} flights/s");
            table.AddRow("checkpoints", $"{status.Checkpoints.Count}, the last is {status.Checkpoints.Last}");
            table.AddRow("longest pause", $"{status.Checkpoints.PauseMax.TotalMilliseconds:0.00} ms");
        }

        table.AddRow("features", Markup.Escape(features));
        AnsiConsole.Write(table);
    }

    /// <summary>Prints an answer, with the status of each value.</summary>
    public static void Served(IEnumerable<(Flight Asked, FeatureVector Answer)> answers)
    {
        var table = new Table().Title("Served")
            .AddColumns(Columns("from", "to", "mean delay, 1 h", "6 h", "late, 1 d", "mean delay there", "newest flight"));
        foreach (var (asked, answer) in answers)
        {
            table.AddRow(
                asked.Origin, asked.Destination, Text(answer["delay_mean_1h"]), Text(answer["delay_mean_6h"]),
                Text(answer["late_share_1d"]),
                Text(answer["destination_delay_mean_6h"]), $"{asked.Date - answer["delay_mean_6h"].EventTime:d\\.hh\\:mm} old");
        }

        AnsiConsole.Write(table);
    }

    public static void Skew(IEnumerable<FeatureSkew> changes)
    {
        var rows = changes.GroupBy(change => change.Feature).Select(feature => feature.Last()).ToList();
        var (values, different) = (rows.Sum(row => row.Compared), rows.Sum(row => row.Different));
        AnsiConsole.MarkupLineInterpolated($"computed again by the training path: {values} values, [bold]{different}[/] differ");
    }

    /// <summary>Prints the outcome of flights by their predicted risk.</summary>
    public static void Scores(IReadOnlyList<ScoredFlight> scored)
    {
        var table = new Table().Title("The last week, scored").AddColumns(Columns("risk", "flights", "late by the model", "late in fact"));
        foreach (var part in scored.OrderBy(flight => flight.Risk).Index()
            .GroupBy(flight => flight.Index * 5L / scored.Count, flight => flight.Item))
        {
            table.AddRow(
                $"{part.First().Risk:0.00} to {part.Last().Risk:0.00}", $"{part.Count():N0}",
                $"{part.Average(flight => flight.Risk):P1}", $"{part.Average(flight => flight.Late ? 1 : 0):P1}");
        }

        AnsiConsole.Write(table);
    }

    public static void Drift(IEnumerable<ColumnDrift> drift)
    {
        var table = new Table().Title("Against the weeks of the training set")
            .AddColumns(Columns("column", "stability index", "largest difference", "missing"));
        foreach (var (column, found) in drift.OrderByDescending(row => row.Drift.Psi))
            table.AddRow(column, $"{found.Psi:0.000}", $"{found.Ks:0.000}", $"{found.Missing:P1}");
        AnsiConsole.Write(table);
    }

    /// <summary>Columns that are not broken inside a number, however narrow the terminal is.</summary>
    private static TableColumn[] Columns(params ReadOnlySpan<string> names)
    {
        var columns = new TableColumn[names.Length];
        for (var i = 0; i < names.Length; i++) columns[i] = new TableColumn(names[i]) { NoWrap = names[i] != "city" };
        return columns;
    }

    private static string Text(FeatureValue value)
        => value.HasValue
            ? $"{value.As<double>():0.00}{(value.Status == FeatureStatus.Present ? "" : $" ({value.Status})")}" : $"{value.Status}";

    private static string Line(Job job)
    {
        var status = job.Status;
        var toGo = status.Splits.All(split => split.Lag is not null || split.IsFinished) ? $", {status.Lag:N0} to go" : "";
        var shares = status.Processes.Select(static process => $"{process.Name} has {process.Shards} of 64 shards");
        var others = status.Processes.Count > 1 ? $"; {string.Join(", ", shares)}" : "";
        return $"{status.RecordsRead:N0} records read{toGo}, checkpoint {Math.Max(status.Checkpoints.Last, job.StartedFrom)}{others}";
    }
}
