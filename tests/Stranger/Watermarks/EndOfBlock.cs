using Dataflow;

namespace Stranger.Watermarks;

/// <summary>A record of a block whose records have come in no order; the last of them says that it is.</summary>
public sealed record Note(int Key, long Time, long Value, bool EndsBlock);

/// <summary>Watermarks by what records say: the end of a block means that all up to its newest time has come.</summary>
internal sealed class EndOfBlock(Func<long, long> check) : WatermarkGenerator<Note, (long Newest, long UpTo)>
{
    public override string Name => "end of block";

    public override (long Newest, long UpTo) Create() => (long.MinValue, long.MinValue);

    public override (long Newest, long UpTo) Add((long Newest, long UpTo) state, Note note, long time)
    {
        check(note.Value);
        var newest = Math.Max(state.Newest, time);
        return (newest, note.EndsBlock ? newest : state.UpTo);
    }

    public override long Watermark((long Newest, long UpTo) state, long newest) => state.UpTo;
}
