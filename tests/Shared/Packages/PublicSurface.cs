using System.Reflection;
using System.Runtime.CompilerServices;

namespace Dataflow.Tests;

/// <summary>Writes down what an assembly offers, a line for each type and member, in an order that does not change.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<string> Of(Assembly assembly)
        => [.. assembly.GetExportedTypes().Where(IsSpeakable).OrderBy(NameOf, StringComparer.Ordinal).SelectMany(Lines)];

    private static IEnumerable<string> Lines(Type type)
        => type.GetMembers(Declared).Where(IsOffered).Select(LineOf).Order(StringComparer.Ordinal).Select(line => $"  {line}")
            .Prepend(HeadOf(type));

    private static string HeadOf(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var parent = type is { IsClass: true, BaseType: { } found } && found != typeof(object) ? $" : {NameOf(found)}" : "";
        return $"{kind} {NameOf(type)}{parent}";
    }

    private static string LineOf(MemberInfo member) => member switch
    {
        FieldInfo field => $"{Scope(field.IsStatic)}field {field.Name}: {NameOf(field.FieldType)}",
        PropertyInfo property
            => $"{Scope((property.GetMethod ?? property.SetMethod)!.IsStatic)}property {property.Name}: "
            + $"{NameOf(property.PropertyType)}{Setter(property)}",
        EventInfo one => $"event {one.Name}: {NameOf(one.EventHandlerType!)}",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo method => $"{Scope(method.IsStatic)}{(method.IsAbstract ? "abstract " : method.IsVirtual ? "virtual " : "")}"
            + $"{method.Name}{Arguments(method)}({Parameters(method)}): {NameOf(method.ReturnType)}",
        _ => member.Name,
    };

    private static string Scope(bool isStatic) => isStatic ? "static " : "";

    private static string Setter(PropertyInfo property)
        => property.SetMethod is not { } set || !IsVisible(set) ? ""
            : set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " { init }" : " { set }";

    private static string Arguments(MethodInfo method)
        => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(static type => type.Name))}>" : "";

    private static string Parameters(MethodBase method)
        => string.Join(
            ", ", method.GetParameters()
            .Select(static p => $"{NameOf(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static bool IsOffered(MemberInfo member) => IsSpeakable(member) && member switch
    {
        FieldInfo field => field.IsPublic || field.IsFamily,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        MethodInfo { IsSpecialName: true } => false, // accessors and operators
        MethodBase method => IsVisible(method),
        EventInfo => true,
        _ => false, // nested types have lines of their own
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsSpeakable(MemberInfo member) => !member.Name.Contains('<', StringComparison.Ordinal);

    private static bool IsSpeakable(Type type) => !NameOf(type).Contains('$', StringComparison.Ordinal);

    private static string NameOf(Type type)
    {
        if (type.IsByRef) return $"ref {NameOf(type.GetElementType()!)}";
        if (type.IsArray) return $"{NameOf(type.GetElementType()!)}[]";
        if (type.IsGenericParameter) return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } inner) return $"{NameOf(inner)}?";
        var owner = type.IsNested
            ? $"{NameOf(type.DeclaringType!)}."
            : type.Namespace is { } space && space.StartsWith("Dataflow", StringComparison.Ordinal) ? $"{space}." : "";
        var name = type.Name.Split('`')[0];
        return type.IsGenericType ? $"{owner}{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : $"{owner}{name}";
    }
}
