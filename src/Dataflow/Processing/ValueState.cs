using Dataflow.Processing;

namespace Dataflow;

/// <summary>A value for each key. Its members work on the key of the current record or timer.</summary>
public abstract class ValueState<T>
{
    private protected ValueState()
    {
    }

    /// <summary>The value; the type's default where there is none.</summary>
    public T? Value
    {
        get => TryGet(out var value) ? value : default;
        set => Update() = value!;
    }

    /// <summary>Looks up the value. It must not be changed in place.</summary>
    public abstract bool TryGet(out T value);

    /// <summary>Returns a reference to the value, to be changed at once; adds the type's default value where there is none.</summary>
    public abstract ref T Update();

    /// <summary>Removes the value.</summary>
    public abstract void Clear();
}

internal sealed class KeyedValueState<TKey, T>(StateTable<TKey, T> values, StateScope<TKey> scope) : ValueState<T>, IClears
    where TKey : notnull
{
    public override bool TryGet(out T value) => values.TryGet(scope.Key, out value);

    public override ref T Update() => ref values.Update(scope.Key, out _);

    public override void Clear() => values.Remove(scope.Key);
}
