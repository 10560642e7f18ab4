using System.Diagnostics;
using System.Runtime.InteropServices;
using Dataflow.Extensibility;
using Dataflow.State;

namespace Dataflow.Perf.Micro;

/// <summary>How long a single update waits while a table grows from nothing: the longest of all.</summary>
internal static class Growth
{
    private const int Keys = 8_000_000;

    public static void Run()
    {
        for (var round = 0; round < 3; round++)
        {
            var dictionary = new Dictionary<long, (long, long, long)>();
            Print("dictionary", key => CollectionsMarshal.GetValueRefOrAddDefault(dictionary, key, out _) = (key, key, key));
            var state = new NamespacedState<long, (long, long, long)>("growing", KeyCodec<long>.Default, new Changes(static _ => false));
            Print("keyed state", key => state.Main.Update(key, out _) = (key, key, key));
        }
    }

    private static void Print(string what, Action<long> update)
    {
        GC.Collect();
        var (random, longest, start) = (new Random(1), TimeSpan.Zero, Stopwatch.GetTimestamp());
        for (var n = 0; n < Keys; n++)
        {
            var before = Stopwatch.GetTimestamp();
            update(random.NextInt64());
            if (Stopwatch.GetElapsedTime(before) is var took && took > longest) longest = took;
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"{what}: {Keys:N0} keys in {seconds:F1} s, longest update {longest.TotalMilliseconds:F1} ms");
    }
}
