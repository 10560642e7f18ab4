using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Dataflow.Tests.Docs;

/// <summary>Built-in steps are written on public members, as a user's own steps are: the compiled assembly is read.</summary>
public class StepDoorTests
{
    private const string Root = "/src/Dataflow/";

    private static readonly string[] s_slices =
        ["Operators", "Windows", "Aggregates", "Joins", "Tables", "Processing", "Patterns", "Quality", "Connectors"];

    /// <summary>The verbs that put a source, a sink or the rows of a table into the plan, which the engine then reads, writes or keeps. All
    /// other verbs, built-in ones and users' own, are made of these.</summary>
    private static readonly string[] s_roots = ["Operators/From.cs", "Operators/To.cs", "Tables/ToTable.cs"];

    [Fact]
    public void Built_in_steps_use_public_members_only()
    {
        using var module = ModuleDefinition.ReadModule(typeof(Pipeline).Assembly.Location, new() { ReadSymbols = true });
        var files = module.Types.ToDictionary(static type => type, FileOf);
        var uses = new List<(string File, string Member)>();
        foreach (var type in module.Types.Where(type => IsOfSlice(files[type]) && type.Name != nameof(Verbs)))
        {
            foreach (var member in AllOf(type).SelectMany(MembersUsed))
            {
                var owner = Top(member as TypeDefinition ?? member.DeclaringType);
                if (owner != type && !IsOfSlice(files[owner]) && !IsCompilers(owner)) uses.Add((files[type], NameOf(member)));
            }
        }

        var found = uses.Distinct().ToLookup(static use => use.File, static use => use.Member);
        Assert.Equal([], found.Select(static file => $"{file.Key}: {string.Join(", ", file)}"));
    }

    [Fact]
    public void Built_in_verbs_use_public_members_only()
    {
        using var module = ModuleDefinition.ReadModule(typeof(Pipeline).Assembly.Location, new() { ReadSymbols = true });
        var files = module.Types.ToDictionary(static type => type, FileOf);
        var uses = from method in AllOf(module.Types.Single(static type => type.Name == nameof(Verbs))).SelectMany(type => type.Methods)
                   let file = FileOf(method)
                   where file is not null && IsOfSlice(file)
                   from member in Used(UsedBy(method), module)
                   let owner = Top(member as TypeDefinition ?? member.DeclaringType)
                   where owner.Name != nameof(Verbs) && !IsOfSlice(files[owner]) && !IsCompilers(owner)
                   select (File: file, Member: NameOf(member));

        var found = uses.Distinct().ToLookup(static use => use.File, static use => use.Member);
        Assert.Equal(s_roots, found.Select(static file => file.Key).Order(StringComparer.Ordinal));
    }

    private static bool IsOfSlice(string file) => s_slices.Contains(file.Split('/')[0]);

    private static bool IsCompilers(TypeDefinition type)
        => type.Name.StartsWith('<') || type.Namespace is "Microsoft.CodeAnalysis" or "System.Runtime.CompilerServices"
            || type.Namespace.StartsWith("Dataflow.Generated.", StringComparison.Ordinal);

    private static string NameOf(IMemberDefinition member)
        => member is TypeDefinition ? member.Name : $"{member.DeclaringType.Name}.{member.Name}";

    /// <summary>Returns the file of a type under <c>src/Dataflow</c>: that of its code or, without code, of its declaration.</summary>
    private static string FileOf(TypeDefinition type)
    {
        var root = Repository.PathOf("src/Dataflow");
        var files = AllOf(type).SelectMany(static inner => inner.Methods).Select(FileOf);
        if (files.FirstOrDefault(static file => file is not null) is { } code) return code;
        var name = type.Name.Split('`')[0];
        var declaration = new System.Text.RegularExpressions.Regex($@"(class|struct|interface|enum|record|delegate [\w<>]+) {name}\b");
        var file = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .FirstOrDefault(file => !file.Contains("/obj/", StringComparison.Ordinal) && declaration.IsMatch(File.ReadAllText(file)));
        return file is null ? "" : Path.GetRelativePath(root, file).Replace('\\', '/');
    }

    /// <summary>Returns the file of a method's code under <c>src/Dataflow</c>; null: it has none.</summary>
    private static string? FileOf(MethodDefinition method)
    {
        if (!method.DebugInformation.HasSequencePoints) return null;
        var path = method.DebugInformation.SequencePoints[0].Document.Url.Replace('\\', '/');
        return path.LastIndexOf(Root, StringComparison.Ordinal) is >= 0 and var at ? path[(at + Root.Length)..] : null;
    }

    private static IEnumerable<TypeDefinition> AllOf(TypeDefinition type) => type.NestedTypes.SelectMany(AllOf).Prepend(type);

    private static TypeDefinition Top(TypeDefinition type) => type.DeclaringType is { } outer ? Top(outer) : type;

    /// <summary>Returns the members of the assembly that a type uses and that other assemblies could not.</summary>
    private static IEnumerable<IMemberDefinition> MembersUsed(TypeDefinition type)
    {
        var references = type.Interfaces.Select(static implemented => (MemberReference)implemented.InterfaceType)
            .Concat(type.Fields.Select(static field => field.FieldType))
            .Concat(type.Methods.SelectMany(UsedBy));
        if (type.BaseType is not null) references = references.Append(type.BaseType);
        return Used(references, type.Module);
    }

    private static IEnumerable<IMemberDefinition> Used(IEnumerable<MemberReference> references, ModuleDefinition module)
        => references.SelectMany(PartsOf).Select(reference => DefinitionOf(reference, module)).OfType<IMemberDefinition>()
            .Where(static member => !IsOpen(member));

    private static IEnumerable<MemberReference> UsedBy(MethodDefinition method)
        => method.Parameters.Select(static parameter => (MemberReference)parameter.ParameterType).Append(method.ReturnType)
            .Concat(method.Overrides).Concat(OverriddenBy(method))
            .Concat(method.HasBody ? method.Body.Instructions.Select(static code => code.Operand).OfType<MemberReference>() : []);

    private static IEnumerable<MemberReference> OverriddenBy(MethodDefinition method)
    {
        if (!method.IsVirtual || method.IsNewSlot) yield break;
        for (var type = method.DeclaringType.BaseType?.Resolve(); type?.Module == method.Module; type = type.BaseType?.Resolve())
        {
            var same = type.Methods.Where(other => other.IsVirtual && other.Name == method.Name
                && other.Parameters.Select(TypeOf).SequenceEqual(method.Parameters.Select(TypeOf)));
            foreach (var overridden in same) yield return overridden;
        }
    }

    private static string TypeOf(ParameterDefinition parameter) => parameter.ParameterType.Name;

    private static IEnumerable<MemberReference> PartsOf(MemberReference reference) => reference switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(PartsOf).Append(generic.ElementType),
        GenericParameter => [],
        TypeSpecification other => PartsOf(other.ElementType),
        TypeReference => [reference],
        GenericInstanceMethod generic => generic.GenericArguments.SelectMany(PartsOf).Concat(PartsOf(generic.ElementMethod)),
        _ => PartsOf(reference.DeclaringType).Append(reference),
    };

    private static IMemberDefinition? DefinitionOf(MemberReference reference, ModuleDefinition module)
    {
        var type = reference is TypeReference of ? of : reference.DeclaringType;
        if (type.GetElementType().Scope is not ModuleDefinition) return null;
        var definition = reference.Resolve();
        return definition?.Module() == module ? definition : null;
    }

    /// <summary>Whether another assembly could use a member. The texts of errors do not count: users make their own.</summary>
    private static bool IsOpen(IMemberDefinition member) => member switch
    {
        TypeDefinition type => type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamilyOrAssembly)
            && IsOpen(type.DeclaringType)),
        MethodDefinition method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly || !IsOpen(method.DeclaringType)
            || (method.IsStatic && method.ReturnType.Name.EndsWith("Exception", StringComparison.Ordinal)),
        FieldDefinition field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly || !IsOpen(field.DeclaringType),
        _ => true,
    };
}

file static class Definitions
{
    public static ModuleDefinition? Module(this IMemberDefinition member)
        => (member as TypeDefinition ?? member.DeclaringType)?.Module;
}
