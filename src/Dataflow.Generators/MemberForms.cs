using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Finds types without a written form that can be seen to have none. The plan of a pipeline checks all, with the serdes that it
/// was given.</summary>
internal static class MemberForms
{
    private const string Remedy =
        "Leave it out with [IgnoreMember], keep what it is made of instead, or give the pipeline UseSerde(...) for it.";

    private static readonly HashSet<string> KnownInterfaces =
    [
        "System.Collections.Generic.IEnumerable<T>", "System.Collections.Generic.ICollection<T>",
        "System.Collections.Generic.IReadOnlyCollection<T>", "System.Collections.Generic.IList<T>",
        "System.Collections.Generic.IReadOnlyList<T>", "System.Collections.Generic.ISet<T>", "System.Collections.Generic.IReadOnlySet<T>",
        "System.Collections.Generic.IDictionary<TKey, TValue>", "System.Collections.Generic.IReadOnlyDictionary<TKey, TValue>",
    ];

    private static readonly HashSet<string> KnownClasses =
    [
        "System.Uri", "System.Version", "System.Net.IPAddress", "System.Collections.BitArray", "System.Text.StringBuilder",
        "System.Collections.Generic.List<T>", "System.Collections.Generic.Queue<T>", "System.Collections.Generic.Stack<T>",
        "System.Collections.Generic.LinkedList<T>", "System.Collections.ObjectModel.ObservableCollection<T>",
        "System.Collections.ObjectModel.ReadOnlyCollection<T>", "System.Collections.Concurrent.ConcurrentQueue<T>",
        "System.Collections.Concurrent.ConcurrentStack<T>", "System.Collections.Generic.HashSet<T>",
        "System.Collections.Generic.SortedSet<T>", "System.Collections.Frozen.FrozenSet<T>",
        "System.Collections.Immutable.ImmutableList<T>", "System.Collections.Immutable.ImmutableQueue<T>",
        "System.Collections.Immutable.ImmutableStack<T>", "System.Collections.Immutable.ImmutableHashSet<T>",
        "System.Collections.Immutable.ImmutableSortedSet<T>", "System.Collections.Generic.Dictionary<TKey, TValue>",
        "System.Collections.Generic.SortedDictionary<TKey, TValue>", "System.Collections.Generic.SortedList<TKey, TValue>",
        "System.Collections.Concurrent.ConcurrentDictionary<TKey, TValue>", "System.Collections.Frozen.FrozenDictionary<TKey, TValue>",
        "System.Collections.Immutable.ImmutableDictionary<TKey, TValue>",
        "System.Collections.Immutable.ImmutableSortedDictionary<TKey, TValue>",
    ];

    private static readonly HashSet<string> KnownStructs =
        ["System.Collections.Immutable.ImmutableArray<T>", "System.Memory<T>", "System.ReadOnlyMemory<T>"];

    private static readonly SymbolDisplayFormat Plain = SymbolDisplayFormat.CSharpErrorMessageFormat
        .WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.None);

    private static readonly SymbolDisplayFormat Short = SymbolDisplayFormat.MinimallyQualifiedFormat
        .RemoveMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>Returns the fault of a member's type, as the rest of a sentence, and the remedy; null if none is seen.</summary>
    public static string? FaultOf(ITypeSymbol type, Compilation compilation)
    {
        if (type is IArrayTypeSymbol array) return FaultOf(array.ElementType, compilation);
        if (type is IDynamicTypeSymbol) return FaultOf(compilation.ObjectType, compilation);
        if (type is not INamedTypeSymbol named) return null;
        return Own(named, compilation) ?? named.TypeArguments.Select(argument => FaultOf(argument, compilation))
            .FirstOrDefault(static found => found is not null);
    }

    /// <summary>Whether a generic type is a collection of .NET that has a form.</summary>
    public static bool IsKnown(INamedTypeSymbol type)
        => type.OriginalDefinition.ToDisplayString(Plain) is var full
            && (KnownInterfaces.Contains(full) || KnownClasses.Contains(full) || KnownStructs.Contains(full));

    private static string? Own(INamedTypeSymbol type, Compilation compilation)
    {
        var name = type.ToDisplayString(Short);
        if (type.TypeKind == TypeKind.Delegate)
            return $"code ({name}), which has no bytes. Leave it out with [IgnoreMember], or keep what it is chosen by.";
        var full = type.OriginalDefinition.ToDisplayString(Plain);
        if (type.SpecialType == SpecialType.System_Object || (type.IsAbstract && !HasForm(type, full)))
        {
            return $"declared as {name}, which does not say what a value holds. Declare the type itself, or give the pipeline "
                + $"UseSerde(Serde.Polymorphic<{name}>(...)) with the types that there are.";
        }

        if (type is not { TypeKind: TypeKind.Class, SpecialType: not SpecialType.System_String, IsAnonymousType: false }) return null;
        if (IsOfDotNet(type, compilation))
            return HasForm(type, full) ? null : $"{name}, a type of .NET that has no form which can be written. {Remedy}";
        return Above(type, compilation) is { } above
            ? $"{name}, which derives from .NET's {above.Name}, whose content cannot be seen. {Remedy}" : null;
    }

    private static bool HasForm(INamedTypeSymbol type, string full)
        => KnownInterfaces.Contains(full) || KnownClasses.Contains(full) || full.StartsWith("System.Tuple<", StringComparison.Ordinal)
            || type.GetAttributes().Any(static found => found.AttributeClass?.ToDisplayString() is "MessagePack.UnionAttribute"
                or "MessagePack.MessagePackFormatterAttribute");

    private static INamedTypeSymbol? Above(INamedTypeSymbol type, Compilation compilation)
    {
        for (var above = type.BaseType; above is not null && !Field.IsRoot(above); above = above.BaseType)
        {
            if (IsOfDotNet(above, compilation)) return above;
        }

        return null;
    }

    private static bool IsOfDotNet(INamedTypeSymbol type, Compilation compilation)
        => !SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, compilation.Assembly)
            && (type.ContainingAssembly.Name is "System" or "netstandard" or "mscorlib"
                || type.ContainingAssembly.Name.StartsWith("System.", StringComparison.Ordinal));
}
