namespace Dataflow.Onnx.Tests;

internal static class Allocations
{
    /// <summary>How many bytes a call allocates on this thread: the least of three, because a collection that other threads cause may show
    /// in the count.</summary>
    public static long Of(Action call)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
