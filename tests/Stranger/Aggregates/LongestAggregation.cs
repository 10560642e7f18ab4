using Dataflow;

namespace Stranger.Aggregates;

/// <summary>The longest texts, the first of equals first: changed in place, and each value whole or not at all.</summary>
internal sealed class LongestAggregation<T>(int count, Func<T, string> text)
    : InPlaceAggregation<T, List<string>, (int Place, string Text), IReadOnlyList<string>>
{
    public override string Name => $"longest {count}";

    public override bool CanCombine => true;

    public override bool MergeMayFail => false;

    public override List<string> Create() => [];

    public override (int Place, string Text) Prepare(in List<string> accumulator, in T value)
    {
        var found = text(value);
        return (accumulator.Count(other => other.Length >= found.Length), found);
    }

    public override void Apply(ref List<string> accumulator, in (int Place, string Text) change)
        => Put(accumulator, change.Place, change.Text);

    public override void Merge(ref List<string> accumulator, in List<string> other)
    {
        foreach (var found in other) Put(accumulator, accumulator.Count(longer => longer.Length >= found.Length), found);
    }

    public override IReadOnlyList<string> Result(in List<string> accumulator) => accumulator.ToArray();

    private void Put(List<string> texts, int place, string text)
    {
        texts.Insert(place, text);
        if (texts.Count > count) texts.RemoveAt(count);
    }
}
