using System.Collections.Concurrent;

namespace Dataflow.Serialization;

/// <summary>Checks a type and all types that its values may contain.</summary>
internal static class ValueCheck
{
    private static readonly ConcurrentDictionary<Type, bool> Recursive = [];

    /// <summary>The assemblies of the product whose types may be state.</summary>
    private static readonly string[] Own =
        ["Dataflow", "Dataflow.Arrow", "Dataflow.Features", "Dataflow.Kafka", "Dataflow.Onnx", "Dataflow.Redis", "Dataflow.Vectors"];

    /// <summary>Returns the members that cannot be written, each with the path to it.</summary>
    public static IReadOnlyList<string> FaultsOf(Type type, ValueResolver resolver)
    {
        var faults = new List<string>();
        Look(type, TypeNames.Of(type), MemberPath.Root, [], resolver, faults);
        return faults;
    }

    /// <summary>Returns the fault of a struct that is kept as it lies in memory, where reflection cannot see what that is: a later version
    /// of it could not be told from it.</summary>
    public static string? FaultInMemory(Type type)
    {
        if (type.IsEnum) return null;
        if (KnownTypes.IsOfDotNet(type) || Own.Contains(type.Assembly.GetName().Name))
            return type.GetGenericArguments().Select(FaultInMemory).FirstOrDefault(static fault => fault is not null);
        return GeneratedCodecs.Find(type) is { } made
            ? made.Members.Select(static member => FaultInMemory(member.Type)).FirstOrDefault(static fault => fault is not null)
            : ValueForm.Of(type).Fault is { } fault ? $"Type {TypeNames.Of(type)}: it {fault}" : null;
    }

    /// <summary>Whether a value of the type may contain another one of the type.</summary>
    public static bool HoldsItself(Type type)
        => Recursive.GetOrAdd(type, static type => ValueForm.Of(type).Parts.Any(part => Reaches(part.Type, type, [])));

    /// <summary>Whether a value may contain texts without strings; of types that write themselves that is not known.</summary>
    public static bool MayHoldTexts(Type type) => ValueForm.HasOwnCodec(type) || Reaches(type, typeof(Utf8), []);

    private static void Look(
        Type type, string root, MemberPath path, HashSet<Type> seen, ValueResolver resolver, List<string> faults)
    {
        if (!seen.Add(type)) return;
        if (resolver.IsGiven(type, out var parts))
        {
            foreach (var part in parts) Look(part, TypeNames.Of(part), MemberPath.Root, seen, resolver, faults);
            return;
        }

        var form = ValueForm.Of(type);
        if (form.Fault is { } fault) faults.Add($"Type {root}: {path.ToText("it")} {fault}");
        foreach (var (member, part) in form.Parts) Look(part, root, path.To(member), seen, resolver, faults);
    }

    private static bool Reaches(Type from, Type to, HashSet<Type> seen)
        => from == to || (seen.Add(from) && ValueForm.Of(from).Parts.Any(part => Reaches(part.Type, to, seen)));
}
