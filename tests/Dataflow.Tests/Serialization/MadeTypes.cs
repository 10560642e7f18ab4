using System.Reflection;
using System.Reflection.Emit;
using MessagePack;

namespace Dataflow.Tests.Serialization;

/// <summary>Types that are made while a test runs: versions of one type.</summary>
internal static class MadeTypes
{
    public static Type Struct(params (string Name, Type Type)[] fields)
        => Define("Shop.Value", TypeAttributes.SequentialLayout | TypeAttributes.Sealed, typeof(ValueType), fields);

    public static Type Class(params (string Name, Type Type)[] fields) => Class("Shop.Value", fields);

    public static Type Class(string name, params (string Name, Type Type)[] fields) => Define(name, default, typeof(object), fields);

    public static Type Places(params (string Name, int Place)[] members)
    {
        var type = Module().DefineType("Shop.Value", TypeAttributes.Public);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        foreach (var (name, place) in members)
        {
            type.DefineField(name, typeof(int), FieldAttributes.Public)
                .SetCustomAttribute(new(typeof(KeyAttribute).GetConstructor([typeof(int)])!, [place]));
        }

        return type.CreateType();
    }

    private static Type Define(string name, TypeAttributes attributes, Type parent, (string Name, Type Type)[] fields)
    {
        var type = Module().DefineType(name, TypeAttributes.Public | attributes, parent);
        if (!parent.Equals(typeof(ValueType))) type.DefineDefaultConstructor(MethodAttributes.Public);
        foreach (var (field, of) in fields) type.DefineField(field, of, FieldAttributes.Public);
        return type.CreateType();
    }

    public static Type Enum(Dictionary<string, int> names)
    {
        var type = Module().DefineEnum("Shop.State", TypeAttributes.Public, typeof(int));
        foreach (var (name, number) in names) type.DefineLiteral(name, number);
        return type.CreateType();
    }

    private static ModuleBuilder Module()
        => AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Shop"), AssemblyBuilderAccess.Run).DefineDynamicModule("Shop");
}
