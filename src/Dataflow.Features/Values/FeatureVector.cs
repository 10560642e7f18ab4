namespace Dataflow.Features;

/// <summary>The features of one request, in the order of their service.</summary>
public sealed class FeatureVector
{
    private readonly FeatureNames _names;
    private readonly FeatureValue[] _values;
    private Dictionary<int, Exception>? _failures;

    internal FeatureVector(FeatureNames names, FeatureValue[] values, FeaturePosition[] positions)
    {
        _names = names;
        _values = values;
        Positions = positions;
    }

    /// <summary>A vector of which nothing is known yet.</summary>
    internal FeatureVector(FeatureNames names)
        : this(names, new FeatureValue[names.All.Count], new FeaturePosition[names.Views])
    {
    }

    /// <summary>The names, in the order of the values.</summary>
    public IReadOnlyList<string> Names => _names.All;

    /// <summary>How many features there are.</summary>
    public int Count => _values.Length;

    /// <summary>All values.</summary>
    public ReadOnlySpan<FeatureValue> Values => _values;

    /// <summary>What they reflect.</summary>
    public FeatureCut Cut => new([.. Positions]);

    internal FeaturePosition[] Positions { get; }

    /// <summary>The exceptions of the user's code, by the place of the value that it did not make; null: none. Only
    /// <see cref="FeatureReader{TRequest}.ReadWithFailures"/> goes on after one.</summary>
    public IReadOnlyDictionary<int, Exception>? Failures => _failures;

    internal FeatureValue[] Places => _values;

    /// <summary>A value by its place.</summary>
    public ref readonly FeatureValue this[int index] => ref _values[index];

    /// <summary>A value by its name.</summary>
    /// <exception cref="KeyNotFoundException">The service has no such feature.</exception>
    public ref readonly FeatureValue this[string name] => ref _values[_names.IndexOf(name)];

    internal void Fail(IEnumerable<int> places, Exception error)
    {
        _failures ??= [];
        foreach (var place in places) _failures[place] = error;
    }

    /// <summary>The same vector, with nothing known.</summary>
    internal FeatureVector Emptied(FeatureNames names)
    {
        if (_names != names) throw new ArgumentException($"A vector of {string.Join(", ", Names)} cannot be used again for {string.Join(", ", names.All)}.");
        Array.Clear(_values);
        Array.Clear(Positions);
        return this;
    }

    /// <summary>What a feature reflects; null for functions of the request.</summary>
    public FeaturePosition? PositionOf(int index) => _names.Parts[index] is >= 0 and var part ? Positions[part] : null;
}
