using Dataflow;
using Dataflow.Log;

namespace Stranger.Watermarks;

/// <summary>Watermarks of one's own, of records whose disorder has no bound that is known before: none is late.</summary>
public sealed class EndOfBlockTests : StepContract
{
    private const int Length = 50;

    private static readonly IReadOnlyList<Note> All = Notes(seed: 5);

    protected override IReadOnlyList<string> Expected => Texts(All);

    protected override IReadOnlyList<string> ExpectedWithoutBroken => Texts(All.Where(static note => note.Value != Broken));

    protected override void Fill(LogStore log) => log.Write("notes", All, static note => note.Key);

    protected override Pipeline Create(bool fails)
    {
        var pipeline = Begin(fails);
        pipeline.From(Topic.Of<Note>("notes").StopAtEnd())
            .WithEventTime(static note => note.Time, new EndOfBlock(value => Check(value, fails)))
            .KeyBy(static note => note.Key)
            .Window(Tumbling.Every(TimeSpan.FromMilliseconds(Length)))
            .Aggregate(
                static a => (a.Count(), a.Sum(static note => note.Value)),
                static (key, window, count, sum) => $"{key} from {window.StartMs}: {count} {sum}")
            .Values().To(Topic.Of<string>(Results));
        return pipeline;
    }

    /// <summary>Blocks of different lengths, the newest of each first.</summary>
    private static List<Note> Notes(int seed)
    {
        var random = new Random(seed);
        var notes = new List<Note>();
        foreach (var partition in Input.Readings(seed).GroupBy(static reading => reading.Key % Input.Partitions))
        {
            var left = partition.ToList();
            while (left.Count > 0)
            {
                var block = left.Take(random.Next(1, 20)).Reverse().ToList();
                left.RemoveRange(0, block.Count);
                notes.AddRange(block.Select((one, at) => new Note(one.Key, one.Time, one.Value, at == block.Count - 1)));
            }
        }

        return notes;
    }

    private static string[] Texts(IEnumerable<Note> notes)
        => [.. notes.GroupBy(static note => (note.Key, Start: note.Time - (note.Time % Length)))
            .Select(static window => $"{window.Key.Key} from {window.Key.Start}: {window.Count()} {window.Sum(static note => note.Value)}")
            .Order(StringComparer.Ordinal)];
}
