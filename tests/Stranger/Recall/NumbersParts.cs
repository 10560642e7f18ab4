using System.Buffers;
using System.Runtime.InteropServices;
using Dataflow.Codecs;

namespace Stranger.Recall;

/// <summary>Has checkpoints write only the numbers that have come.</summary>
internal sealed class NumbersParts : ChangedParts<Numbers>
{
    private const int End = Start + (Numbers.Count * sizeof(long));
    private const int Start = 16; // of the numbers in the bytes of the value, which are those in memory

    public override bool TryWrite(ref Numbers value, PatchWriter patch)
    {
        if (!value.IsWritten || value.Changed > value.Next) return false; // never written, or changed at both ends
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<Numbers>(ref value));
        var (from, to) = (Start + ((value.Next - value.Changed) * sizeof(long)), Start + (value.Next * sizeof(long)));
        patch.Write(bytes[..Start]);
        patch.Keep(Start, from - Start);
        patch.Write(bytes[from..to]);
        patch.Keep(to, End - to);
        return true;
    }

    public override void Written(ref Numbers value) => (value.IsWritten, value.Changed) = (true, 0);
}
