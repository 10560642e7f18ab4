using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Dataflow;

/// <summary>A value with the key that it belongs to.</summary>
public readonly record struct Keyed<TKey, T>(TKey Key, T Value)
{
    private readonly TKey _key = Key;
    private readonly T _value = Value;

    /// <summary>The key.</summary>
    public TKey Key { get => _key; init => _key = value; }

    /// <summary>The value.</summary>
    public T Value { get => _value; init => _value = value; }

    /// <inheritdoc cref="Record{T}.ValueRef()"/>
    [UnscopedRef]
    public ref readonly T ValueRef() => ref _value;

    /// <summary>Writes key and value into a pair in place, without a copy.</summary>
    public static void Write(TKey key, in T value, ref Keyed<TKey, T> to)
    {
        Unsafe.AsRef(in to._key) = key;
        Unsafe.AsRef(in to._value) = value;
    }
}
