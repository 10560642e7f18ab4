namespace Dataflow.Extensibility;

/// <summary>Tests an entry of state, in place, without a copy.</summary>
/// <param name="context">The caller's argument.</param>
/// <param name="key">The entry's key.</param>
/// <param name="value">The entry's value.</param>
public delegate bool EntryCondition<in TContext, in TKey, TValue>(TContext context, TKey key, ref readonly TValue value);
