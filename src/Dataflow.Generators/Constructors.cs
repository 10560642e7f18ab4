using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Dataflow.Generators;

/// <summary>Chooses the constructor that gives values to members which the bytes lack: one without parameters, else the one with the most
/// parameters, each of which is a member.</summary>
internal static class Constructors
{
    public static ConstructorModel? Of(INamedTypeSymbol type, IReadOnlyList<(Field Field, string Label)> members)
    {
        var all = type.InstanceConstructors.Where(made => !(type.IsValueType && made.IsImplicitlyDeclared && made.Parameters.IsEmpty))
            .ToList();
        if (all.Exists(static made => made.Parameters.IsEmpty)) return new ConstructorModel(default);
        return all.OrderByDescending(static made => made.Parameters.Length).Select(made => Match(made, members))
            .FirstOrDefault(static made => made is not null);
    }

    private static ConstructorModel? Match(IMethodSymbol constructor, IReadOnlyList<(Field Field, string Label)> members)
    {
        var parameters = ImmutableArray.CreateBuilder<ParameterModel>();
        foreach (var parameter in constructor.Parameters)
        {
            var member = members.ToList().FindIndex(member
                => TypeText.AreSame(member.Field.Symbol.Type, parameter.Type)
                    && member.Label.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase));
            if (member < 0 || parameter.RefKind != RefKind.None) return null;
            var unlessFound = parameter.HasExplicitDefaultValue ? Constant(parameter.Type, parameter.ExplicitDefaultValue) : null;
            parameters.Add(new ParameterModel(TypeText.Of(parameter.Type), member, unlessFound));
        }

        return new ConstructorModel(new(parameters.ToImmutable()));
    }

    /// <summary>Returns a constant as text of C#.</summary>
    public static string Constant(ITypeSymbol type, object? value) => value switch
    {
        null => "default",
        double number when double.IsNaN(number) => "double.NaN",
        float number when float.IsNaN(number) => "float.NaN",
        double number when double.IsInfinity(number) => number > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity",
        float number when float.IsInfinity(number) => number > 0 ? "float.PositiveInfinity" : "float.NegativeInfinity",
        double number => number.ToString("R", CultureInfo.InvariantCulture) + "D",
        float number => number.ToString("R", CultureInfo.InvariantCulture) + "F",
        decimal number => number.ToString(CultureInfo.InvariantCulture) + "M",
        bool or string or char => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false)!,
        _ => $"({TypeText.Of(type)})({SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false)})",
    };
}
