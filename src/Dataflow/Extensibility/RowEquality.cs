using Dataflow.Serialization;

namespace Dataflow.Extensibility;

/// <summary>Compares a row with the one that it replaces: a table emits no change where both say the same.</summary>
/// <remarks>Only types whose equality is known to look at all of a row are compared: those that may be keys, and lists of such. A type with
/// an <c>Equals</c> of its own may look at an id alone, and arrays are equal only to themselves: their rows are always changes.</remarks>
public static class RowEquality<TRow>
{
    private static readonly bool s_isByValue = IsByValue();
    private static readonly IEqualityComparer<TRow>? s_lists = OfLists();

    /// <summary>Whether two rows are known to say the same.</summary>
    public static bool AreSame(TRow? old, TRow? row)
    {
        if (s_isByValue) return EqualityComparer<TRow>.Default.Equals(old, row);
        if (typeof(TRow).IsValueType) return false;
        return ReferenceEquals(old, row) || (s_lists is not null && s_lists.Equals(old, row));
    }

    /// <summary>Structs that are not <see cref="IEquatable{T}"/> are left out: comparing them would box both.</summary>
    private static bool IsByValue()
        => KeyCodec<TRow>.IsPossible
            && (!typeof(TRow).IsValueType || typeof(TRow).IsEnum || Nullable.GetUnderlyingType(typeof(TRow)) is not null
                || typeof(TRow).IsAssignableTo(typeof(IEquatable<TRow>)));

    private static IEqualityComparer<TRow>? OfLists()
        => ReflectedCodecs.AreSupported && typeof(TRow).IsGenericType && typeof(TRow).GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? (IEqualityComparer<TRow>)ReflectedCodecs.Make(typeof(ListEquality<>), typeof(TRow).GenericTypeArguments)
            : null;
}

/// <summary>Compares lists by what they hold.</summary>
internal sealed class ListEquality<T> : EqualityComparer<IReadOnlyList<T>>
{
    public override bool Equals(IReadOnlyList<T>? one, IReadOnlyList<T>? other)
    {
        if (one is null || other is null || one.Count != other.Count) return false;
        for (var i = 0; i < one.Count; i++)
        {
            if (!RowEquality<T>.AreSame(one[i], other[i])) return false;
        }

        return true;
    }

    public override int GetHashCode(IReadOnlyList<T> list) => list.Count;
}
