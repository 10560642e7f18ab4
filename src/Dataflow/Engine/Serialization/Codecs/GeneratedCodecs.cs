using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Dataflow.Serialization;

namespace Dataflow.Codecs;

/// <summary>The codecs that were made at compile time, by type.</summary>
/// <remarks>Each assembly adds its own in module initializers. Those run when code of the assembly first does, which may be after its types
/// are first asked for; so asking for a type runs them.</remarks>
public static class GeneratedCodecs
{
    private static readonly ConcurrentDictionary<Type, RecordForm> Forms = [];
    private static readonly ConcurrentDictionary<Type, Type> Generic = new() { [typeof(ValueTuple<,>)] = typeof(PairForm<,>) };
    private static readonly ConcurrentDictionary<Type, Func<ValueCodecs, object>> Parts = [];

    /// <summary>Adds a type's codec.</summary>
    public static void Add<T>(RecordForm<T> form)
    {
        ArgumentNullException.ThrowIfNull(form);
        Forms[typeof(T)] = form;
    }

    /// <summary>Adds the codecs of a generic type.</summary>
    /// <param name="definition">The type without its arguments.</param>
    /// <param name="form">The <see cref="RecordForm{T}"/>, of the same arguments, without them.</param>
    public static void AddGeneric(Type definition, Type form)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(form);
        Generic[definition] = form;
    }

    /// <summary>Adds what makes the codec of a type of .NET that members of records have, such as a list, so that it needs no
    /// reflection.</summary>
    public static void AddPart<T>(Func<ValueCodecs, ValueCodec<T>> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        Parts[typeof(T)] = make;
    }

    /// <summary>Finds what makes the codec of a type of .NET; null if no record has such a member.</summary>
    internal static Func<ValueCodecs, object>? FindPart(Type type) => Parts.GetValueOrDefault(type);

    /// <summary>Does something with the type of an enum that is a member of a record, without reflection.</summary>
    /// <param name="type">The enum.</param>
    /// <param name="use">The work.</param>
    /// <param name="result">Its result.</param>
    /// <returns>Whether a record has such a member.</returns>
    public static bool TryUseEnum<TResult>(Type type, IEnumUse<TResult> use, [MaybeNullWhen(false)] out TResult result)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(use);
        var part = FindPart(type)?.Invoke(ValueResolver.Default.Codecs) as IEnumPart;
        result = part is null ? default : part.Use(use);
        return part is not null;
    }

    /// <summary>Finds the codec of a type; null if none was made.</summary>
    internal static RecordForm? Find(Type type)
    {
        if (Known(type) is { } known) return known;
        RuntimeHelpers.RunModuleConstructor(type.Module.ModuleHandle);
        return Known(type);
    }

    /// <summary>Finds the form of a type's rows; null if reflection finds it.</summary>
    internal static RowForm? RowsOf(Type type) => Find(type)?.Rows;

    private static RecordForm? Known(Type type)
        => Forms.TryGetValue(type, out var form) ? form
            : ReflectedCodecs.AreSupported && type.IsGenericType && Generic.TryGetValue(type.GetGenericTypeDefinition(), out var generic)
                ? Forms.GetOrAdd(type, static (type, generic) => Close(generic, type), generic) : null;

    // The arguments are those of the record, with its constraints.
    private static RecordForm Close(Type generic, Type type)
        => (RecordForm)ReflectedCodecs.Make(generic, type.GetGenericArguments());
}
