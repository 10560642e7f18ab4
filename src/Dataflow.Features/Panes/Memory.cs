using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Dataflow.Features.Panes;

internal static class Memory
{
    private const int CacheLine = 64;

    /// <summary>Prefetches a part of an array, and its length before the first item.</summary>
    public static unsafe void Prefetch<TItem>(TItem[]? items, int from, int to)
    {
        if (!Sse.IsSupported || items is null) return;
        var first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(items));
        Sse.Prefetch0(first - sizeof(long));
        for (; from < to; from += CacheLine) Sse.Prefetch0(first + from);
        Sse.Prefetch0(first + to - 1);
    }
}
