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

    /// <summary>Creates a vector without values.</summary>
    internal FeatureVector(FeatureNames names)
        : this(names, new FeatureValue[names.All.Count], new FeaturePosition[names.Views])
    {
    }

    /// <summary>The names, in the order of the values.</summary>
    public IReadOnlyList<string> Names => _names.All;

    /// <summary>The number of features.</summary>
    public int Count => _values.Length;

    /// <summary>The values of all features.</summary>
    public ReadOnlySpan<FeatureValue> Values => _values;

    /// <summary>The input that the values reflect.</summary>
    public FeatureCut Cut => new([.. Positions]);

    internal FeaturePosition[] Positions { get; }

    /// <summary>The exceptions of the user's code, by the place of the missing value; null: none. Only
    /// <see cref="FeatureReader{TRequest}.ReadWithFailures"/> continues after one.</summary>
    public IReadOnlyDictionary<int, Exception>? Failures => _failures;

    internal FeatureValue[] Places => _values;

    /// <summary>Gets a value by its place.</summary>
    public ref readonly FeatureValue this[int index] => ref _values[index];

    /// <summary>Gets a value by its name.</summary>
    /// <exception cref="KeyNotFoundException">The service has no such feature.</exception>
    public ref readonly FeatureValue this[string name] => ref _values[_names.IndexOf(name)];

    internal void Fail(IEnumerable<int> places, Exception error)
    {
        _failures ??= [];
        foreach (var place in places) _failures[place] = error;
    }

    /// <summary>Returns the same vector, emptied.</summary>
    internal FeatureVector Emptied(FeatureNames names)
    {
        if (_names != names)
            throw new ArgumentException($"A vector of {string.Join(", ", Names)} cannot be used again for {string.Join(", ", names.All)}.");
        Array.Clear(_values);
        Array.Clear(Positions);
        return this;
    }

    /// <summary>Returns the input that a feature reflects; null for functions of the request.</summary>
    public FeaturePosition? PositionOf(int index) => _names.Parts[index] is >= 0 and var part ? Positions[part] : null;
}
