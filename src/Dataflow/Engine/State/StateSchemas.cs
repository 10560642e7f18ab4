using Dataflow.Serialization;

namespace Dataflow.State;

/// <summary>The schemas of values, or of keys, in a pipeline's state, by the full name of their type.</summary>
internal sealed class StateSchemas
{
    private readonly SortedDictionary<string, ValueSchema> _all = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, ValueSchema> All => _all;

    /// <summary>Adds a type, unless its name says all of it.</summary>
    public void Add(Type type, ValueResolver resolver)
    {
        if (ValueForm.Of(type).Fault is not null && !resolver.IsGiven(type, out _)) return; // told elsewhere
        var schema = ValueSchema.Of(type, resolver);
        if (schema.HasMembers) _all[TypeNames.Full(type)] = schema;
    }

    public void Add(StateSchemas others)
    {
        foreach (var (type, schema) in others._all) _all[type] = schema;
    }

    /// <summary>Returns the differences for which values of a checkpoint cannot be read any more, or for which equal keys would have other
    /// bytes, in words.</summary>
    public static IEnumerable<string> Differences(
        IReadOnlyDictionary<string, ValueSchema> then, IReadOnlyDictionary<string, ValueSchema> now, bool areKeys = false)
        => from kept in then
           where now.ContainsKey(kept.Key)
           from difference in kept.Value.DifferencesIfReadAs(now[kept.Key], areKeys)
           select $"{TypeNames.WithoutNamespaces(kept.Key)}: {difference}";

    /// <summary>Joins the schemas of values that were written: what reads the result, reads those of both.</summary>
    public static IReadOnlyDictionary<string, ValueSchema> Join(
        IReadOnlyDictionary<string, ValueSchema> first, IReadOnlyDictionary<string, ValueSchema> second)
    {
        if (first.Count == 0 || second.Count == 0) return first.Count == 0 ? second : first;
        var all = new SortedDictionary<string, ValueSchema>(StringComparer.Ordinal);
        foreach (var (type, schema) in first) all[type] = schema;
        foreach (var (type, schema) in second) all[type] = all.TryGetValue(type, out var other) ? other.With(schema, out _) : schema;
        return all;
    }
}
