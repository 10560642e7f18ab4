namespace Dataflow;

/// <summary>A sketch of quantiles: counts values in buckets whose bounds grow by a constant factor.</summary>
/// <remarks>C. Masson, J. E. Rim and H. K. Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error
/// guarantees", 2019. The buckets are the same for all sketches of one error, so merging adds counts, in any order.</remarks>
internal sealed class QuantileSketch : IHasCodec<QuantileSketch>
{
    ValueCodec<QuantileSketch> IHasCodec<QuantileSketch>.MakeCodec(ValueCodecs codecs) => new QuantileSketchCodec()!;

    internal long Zeros { get; set; }

    internal BucketCounts Positive { get; init; } = new();

    internal BucketCounts Negative { get; init; } = new();

    internal void Add(double number, long count, LogarithmicBuckets buckets)
    {
        if (number > 0) Positive.Add(buckets.IndexOf(number), count, buckets.Max);
        else if (number < 0) Negative.Add(buckets.IndexOf(-number), count, buckets.Max);
        else Zeros += count;
    }

    internal void Merge(QuantileSketch other, LogarithmicBuckets buckets)
    {
        Zeros += other.Zeros;
        Positive.Merge(other.Positive, buckets.Max);
        Negative.Merge(other.Negative, buckets.Max);
    }

    /// <summary>Estimates the number below which a share of the others lies; NaN if there are none.</summary>
    internal double Quantile(double share, LogarithmicBuckets buckets)
    {
        var (below, above) = (Negative.Total, Positive.Total);
        var count = below + Zeros + above;
        if (count == 0) return double.NaN;
        var rank = (long)(share * (count - 1));
        if (rank < below) return -buckets.NumberAt(Negative.IndexOfRank(below - 1 - rank));
        return rank < below + Zeros ? 0 : buckets.NumberAt(Positive.IndexOfRank(rank - below - Zeros));
    }
}

/// <summary>The bounds of the buckets: bucket i holds the numbers from γ^(i-1), exclusive, to γ^i.</summary>
internal sealed class LogarithmicBuckets(double relativeError)
{
    /// <summary>The ratio of the greatest number to the smallest that still has a bucket of its own.</summary>
    private const double Range = 1e18;

    private readonly double _logGamma = Math.Log((1 + relativeError) / (1 - relativeError));

    public int Max => (int)Math.Ceiling(Math.Log(Range) / _logGamma);

    public int IndexOf(double number) => (int)Math.Ceiling(Math.Log(number) / _logGamma);

    /// <summary>Returns the number that is within the relative error of both bounds.</summary>
    public double NumberAt(int index) => Math.Exp((index * _logGamma) + Math.Log(1 - relativeError));
}

/// <summary>Counts of adjacent buckets. If there would be too many, the lowest also counts for those below it.</summary>
internal sealed class BucketCounts
{
    public int First { get; private set; }

    public long[] Counts { get; private set; } = [];

    public long Total => Counts.Sum();

    public static BucketCounts Of(int first, long[] counts) => new() { First = first, Counts = counts };

    public void Add(int index, long count, int max)
    {
        var end = First + Counts.Length;
        if (Counts.Length == 0) Reach(index, index + 1);
        else if (index >= end) Reach(Math.Max(First, index + 1 - max), index + 1);
        else if (index < First && Counts.Length < max) Reach(Math.Max(index, end - max), end);
        Counts[Math.Max(index - First, 0)] += count;
    }

    public void Merge(BucketCounts other, int max)
    {
        for (var i = other.Counts.Length - 1; i >= 0; i--)
        {
            if (other.Counts[i] != 0) Add(other.First + i, other.Counts[i], max);
        }
    }

    /// <summary>Returns the bucket of the number that has <paramref name="rank"/> others before it.</summary>
    public int IndexOfRank(long rank)
    {
        var (index, seen) = (0, Counts[0]);
        while (seen <= rank) seen += Counts[++index];
        return First + index;
    }

    private void Reach(int first, int end)
    {
        var counts = new long[end - first];
        for (var i = 0; i < Counts.Length; i++) counts[Math.Max(First + i - first, 0)] += Counts[i];
        (First, Counts) = (first, counts);
    }
}

internal sealed class QuantileSketchCodec : ValueCodec<QuantileSketch?>
{
    public override void Write(ref ValueWriter writer, QuantileSketch? value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(3);
        writer.WriteInt64(value.Zeros);
        WriteBuckets(ref writer, value.Positive);
        WriteBuckets(ref writer, value.Negative);
    }

    public override QuantileSketch? Read(ref ValueReader reader)
    {
        if (reader.TryReadNil()) return null;
        reader.ReadArrayHeader();
        return new() { Zeros = reader.ReadInt64(), Positive = ReadBuckets(ref reader), Negative = ReadBuckets(ref reader) };
    }

    /// <summary>Writes the first bucket, then the counts: most are small and take a byte.</summary>
    private static void WriteBuckets(ref ValueWriter writer, BucketCounts buckets)
    {
        writer.WriteArrayHeader(buckets.Counts.Length + 1);
        writer.WriteInt32(buckets.First);
        foreach (var count in buckets.Counts) writer.WriteInt64(count);
    }

    private static BucketCounts ReadBuckets(ref ValueReader reader)
    {
        var counts = new long[reader.ReadArrayHeader() - 1];
        var first = reader.ReadInt32();
        for (var i = 0; i < counts.Length; i++) counts[i] = reader.ReadInt64();
        return BucketCounts.Of(first, counts);
    }
}
