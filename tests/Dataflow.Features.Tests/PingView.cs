namespace Dataflow.Features.Tests;

/// <summary>A view with one of everything, and what LINQ makes of the same pings.</summary>
internal static class PingView
{
    public static FeatureService<Ask> Service(KeyedStream<string, Ping> pings, params Sawtooth[] windows)
        => FeatureService.Of<Ask>("ping-features", s => s.From(View(pings, windows), ask => ask.Entity));

    public static FeatureView<string> View(KeyedStream<string, Ping> pings, params Sawtooth[] windows)
        => pings.FeatureView("pings", v =>
        {
            v.Aggregate("count", a => a.Count(), windows, defaultValue: 0);
            v.Aggregate("sum", a => a.Sum(ping => ping.Value), windows);
            v.Aggregate("mean", a => a.Mean(ping => ping.Value), windows);
            v.Aggregate("deviation", a => a.StandardDeviation(ping => ping.Value), windows);
            v.Aggregate("min", a => a.Min(ping => ping.Value), windows);
            v.Aggregate("max", a => a.Max(ping => ping.Value), windows);
            v.Aggregate("distinct", a => a.CountDistinct(ping => ping.Value), windows);
            v.Aggregate("histogram", a => a.Histogram(ping => ping.Value, -5, 5), windows);
            v.Aggregate("median", a => a.Quantile(ping => ping.Value, 0.5), windows);
            v.Last("last", ping => ping.Value);
            v.Last("text", ping => $"{ping.Value}", defaultValue: "none");
            foreach (var window in windows) v.Ratio($"share_{window.Suffix}", $"sum_{window.Suffix}", $"count_{window.Suffix}");
        });

    /// <summary>The values that are to come, as text.</summary>
    /// <param name="pings">In the order of arrival.</param>
    /// <param name="ask">The question.</param>
    /// <param name="windows">The windows.</param>
    public static string Model(IReadOnlyList<Ping> pings, Ask ask, Sawtooth[] windows)
    {
        var seen = pings.Index().Where(ping => ping.Item.Entity == ask.Entity && ping.Item.TimeMs < ask.TimeMs && ping.Index <= ask.Known)
            .OrderBy(ping => ping.Item.TimeMs).ThenBy(ping => ping.Index).Select(ping => ping.Item).ToList();
        if (seen.Count == 0)
            return string.Join(' ', windows.Select(_ => "0:Default").Concat(Enumerable.Repeat("-:Missing", windows.Length * 8))
                .Concat(["-:Missing", "none:Default"]).Concat(windows.Select(_ => "-:Missing")));
        return string.Join(
            ' ',
            Each(w => $"{w.Count}", "0:Default"),
            Each(w => $"{w.Sum()}"),
            Each(w => Text(w.Average())),
            Each(w => Text(Deviation(w))),
            Each(w => $"{w.Min()}"),
            Each(w => $"{w.Max()}"),
            Each(w => $"{w.Distinct().Count()}"),
            Each(w => $"[{w.Count(v => v < -5)},{w.Count(v => v is >= -5 and < 5)},{w.Count(v => v >= 5)}]"),
            Each(w => Text(Near(w.Order().ElementAt((w.Count - 1) / 2)))),
            $"{seen[^1].Value}",
            $"{seen[^1].Value}",
            Each(w => Text((double)w.Sum() / w.Count)));

        string Each(Func<List<int>, string> of, string otherwise = "-:Missing")
            => string.Join(' ', windows.Select(window =>
            {
                var values = seen.Where(ping => ping.TimeMs >= Floor(ask.TimeMs - window.LengthMs, window.HopMs)).Select(ping => ping.Value)
                    .ToList();
                return values.Count == 0 ? otherwise : of(values);
            }));
    }

    /// <summary>The same of an answer; whether the history was long enough is left out.</summary>
    public static string TextOf(FeatureVector features)
        => string.Join(' ', features.Names.Select((name, i) => features[i].Status switch
        {
            FeatureStatus.Present or FeatureStatus.Partial => TextOf(name, features[i].ToObject()!),
            var status => $"{features[i].ToObject() ?? "-"}:{status}",
        }));

    private static string TextOf(string name, object value) => value switch
    {
        double number => Text(name.StartsWith("median", StringComparison.Ordinal) ? Near(Math.Round(number)) : number),
        long[] list => $"[{string.Join(',', list)}]",
        _ => $"{value}",
    };

    // Of whole numbers up to 20 a median within a percent is the number itself.
    private static double Near(double number) => number == 0 ? 0 : number;

    private static string Text(double number)
        => double.IsNaN(number) ? "NaN" : $"{number:F6}".Replace("-0.000000", "0.000000", StringComparison.Ordinal);

    private static double Deviation(List<int> values)
        => values.Count < 2 ? double.NaN : Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Count - 1));

    private static long Floor(long time, long hop) => (long)Math.Floor((decimal)time / hop) * hop;
}
