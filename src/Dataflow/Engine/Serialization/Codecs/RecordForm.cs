using Dataflow.Serialization;

namespace Dataflow.Codecs;

/// <summary>A record type with a codec that was made at compile time.</summary>
public abstract class RecordForm
{
    private protected RecordForm()
    {
    }

    /// <summary>The members in the order in which they are written.</summary>
    public abstract IReadOnlyList<RecordMember> Members { get; }

    /// <summary>The types of members that the codec writes itself. Where a pipeline was given a serde for one of them, the record is
    /// written without the codec.</summary>
    public abstract IReadOnlyList<Type> Inlined { get; }

    /// <summary>Whether two values are equal exactly if all their members are.</summary>
    public virtual bool IsMemberwise => false;

    /// <summary>The type as rows of files show it; null if reflection finds that.</summary>
    public virtual RowForm? Rows => null;

    internal abstract Type Type { get; }

    internal abstract object MakeCodec(ValueResolver resolver);

    /// <summary>Makes the codec of the type's values as those of a base type.</summary>
    internal abstract Subtype<TBase> AsSubtypeOf<TBase>(ValueResolver resolver);
}

/// <summary>The form of <typeparamref name="T"/>.</summary>
public abstract class RecordForm<T> : RecordForm
{
    internal sealed override Type Type => typeof(T);

    /// <summary>Makes the codec.</summary>
    /// <param name="codecs">Finds the codecs of its members.</param>
    public abstract RecordCodec<T> Make(ValueCodecs codecs);

    internal sealed override object MakeCodec(ValueResolver resolver) => Make(resolver.Codecs);

    internal sealed override Subtype<TBase> AsSubtypeOf<TBase>(ValueResolver resolver) => new Subtype<TBase, T>(resolver);
}
