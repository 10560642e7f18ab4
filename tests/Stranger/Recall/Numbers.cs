using System.Runtime.CompilerServices;

namespace Stranger.Recall;

/// <summary>The last numbers of a key, in a ring, and which of them no checkpoint has.</summary>
internal struct Numbers
{
    public const int Count = 16;

    public int Next;
    public int Changed; // of those before the next
    public bool IsWritten;
    public Ring All;

    public void Add(long number)
    {
        All[Next] = number;
        Next = (Next + 1) % Count;
        Changed++;
    }

    public readonly long Sum()
    {
        long sum = 0;
        foreach (var number in All) sum += number;
        return sum;
    }

    [InlineArray(Count)]
    public struct Ring
    {
        private long _first;
    }
}
