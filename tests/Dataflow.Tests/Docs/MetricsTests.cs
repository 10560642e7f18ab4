using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Dataflow.Testing;

namespace Dataflow.Tests.Docs;

/// <summary>The page of metrics names every instrument, with its kind and unit.</summary>
public partial class MetricsTests
{
    [Fact]
    public void The_table_has_every_instrument_that_a_source_file_names_and_no_other()
    {
        var named = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Named().Matches(File.ReadAllText(file)))
            .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}");
        var told = Table().Select(row => $"{row.Name} {row.Unit}");

        Assert.Equal(named.Distinct().Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_says_of_each_instrument_of_a_job_what_the_meter_says()
    {
        // Jobs of other tests publish theirs at the same time.
        var published = new ConcurrentQueue<(string Name, string Kind, string Unit)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "Dataflow") published.Enqueue((instrument.Name, KindOf(instrument), instrument.Unit!));
            },
        };
        listener.Start();
        using var log = SimulatedJob.OpenLog();
        SimulatedJob.Start(Samples.PageViews.Create(), log).Close();

        Assert.True(published.Count > 15);
        Assert.Equal([], published.Except(Table()));
    }

    private static List<(string Name, string Kind, string Unit)> Table()
        => [.. Row().Matches(File.ReadAllText(Repository.PathOf("src/docs/operating/metrics.md")))
            .Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value))];

    private static string KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        if (type.StartsWith("Histogram", StringComparison.Ordinal)) return "histogram";
        return type.Contains("Gauge", StringComparison.Ordinal) ? "gauge" : "counter";
    }

    // A name, perhaps what is measured, and the unit: of an instrument, or of a counter's definition.
    [GeneratedRegex(@"""(dataflow\.[\w.]+)"",[^;""]*""(s|1|By|\{\w+\})""")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\| `(dataflow\.[\w.]+)` \| (\w+) \| (\S+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
