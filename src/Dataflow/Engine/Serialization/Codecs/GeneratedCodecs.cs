using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Dataflow.Codecs;

/// <summary>The codecs that were made at compile time, by type.</summary>
/// <remarks>Each assembly adds its own in module initializers. Those run when code of the assembly first does, which may be after its types
/// are first asked for; so asking for a type runs them.</remarks>
public static class GeneratedCodecs
{
    private static readonly ConcurrentDictionary<Type, RecordForm> Forms = [];
    private static readonly ConcurrentDictionary<Type, Type> Generic = [];

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

    /// <summary>Finds the codec of a type; null if none was made.</summary>
    internal static RecordForm? Find(Type type)
    {
        if (Known(type) is { } known) return known;
        RuntimeHelpers.RunModuleConstructor(type.Module.ModuleHandle);
        return Known(type);
    }

    private static RecordForm? Known(Type type)
        => Forms.TryGetValue(type, out var form) ? form
            : type.IsGenericType && Generic.TryGetValue(type.GetGenericTypeDefinition(), out var generic)
                ? Forms.GetOrAdd(type, static (type, generic) => Close(generic, type), generic) : null;

    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The arguments are those of the record, with its constraints.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Pipelines do not run under native AOT.")]
    private static RecordForm Close(Type generic, Type type)
        => (RecordForm)Activator.CreateInstance(generic.MakeGenericType(type.GetGenericArguments()))!;
}
