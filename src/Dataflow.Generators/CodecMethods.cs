namespace Dataflow.Generators;

/// <summary>The methods of a codec, which go through the members.</summary>
internal sealed class CodecMethods(SourceText text, RecordModel model, List<string> codecs)
{
    private const string Api = "Api::";

    public void Write()
    {
        Method($"void WriteMembers(ref {Api}ValueWriter writer, ref {model.Type} value)", WriteMembers);
        Method($"bool ReadInOrder(ref {Api}ValueReader reader, ref {model.Type} value, ref int member)", ReadInOrder);
        Method($"void ReadMember(ref {Api}ValueReader reader, ref {model.Type} value, int member)", () => Switch(Read));
        Method(
            $"void CopyMember(ref {model.Type} from, ref {model.Type} to, int member)",
            () => Switch(member => $"{At(member, "to")} = {At(member, "from")};"));
        Method(
            $"{model.Type} Construct(ref {model.Type} read, global::System.ReadOnlySpan<bool> found)",
            () => text.Line($"return {Construct()};"));
    }

    private void Method(string signature, Action body)
    {
        text.Line();
        text.Line($"protected override {signature}");
        using (text.Block()) body();
    }

    private void WriteMembers()
    {
        text.Line("writer.WriteRaw(Header);");
        var place = 0;
        for (var i = 0; i < model.Members.Count; i++, place++)
        {
            var member = model.Members[i];
            if (!model.HasPlaces) text.Line($"writer.WriteRaw(Name{i});");
            for (; model.HasPlaces && place < member.Place; place++) text.Line("writer.WriteNil();");
            text.Line(Write(member, $"value{i}"));
        }
    }

    private void ReadInOrder()
    {
        var place = 0;
        for (var i = 0; i < model.Members.Count; i++, place++)
        {
            var member = model.Members[i];
            if (!model.HasPlaces) text.Line($"if (!reader.TryRead(Name{i})) return false;");
            for (; model.HasPlaces && place < member.Place; place++) text.Line("reader.Skip();");
            text.Line($"member = {i};");
            text.Line(Read(member));
        }

        text.Line("return true;");
    }

    private void Switch(Func<MemberModel, string> statement)
    {
        text.Line("switch (member)");
        using (text.Block())
        {
            for (var i = 0; i < model.Members.Count; i++) text.Line($"case {i}: {statement(model.Members[i])} break;");
        }
    }

    private string Write(MemberModel member, string local)
    {
        var value = At(member, "value");
        if (member.Scalar is null) return $"Codec{codecs.IndexOf(member.Type)}.Write(ref writer, {value});";
        if (!member.IsNullable) return $"writer.Write{member.Scalar}({Number(member)}{value});";
        return $"if ({value} is {{ }} {local}) writer.Write{member.Scalar}({Number(member)}{local}); else writer.WriteNil();";
    }

    private string Read(MemberModel member)
    {
        var value = At(member, "value");
        if (member.Scalar is null) return $"{value} = Codec{codecs.IndexOf(member.Type)}.Read(ref reader);";
        var read = $"{(member.IsEnum ? $"({member.PlainType})" : "")}reader.Read{member.Scalar}({(member.IsInterned ? member.Texts : "")})";
        return member.IsNullable ? $"{value} = reader.TryReadNil() ? default({member.Type}) : {read};" : $"{value} = {read};";
    }

    private string Construct()
    {
        if (model.Constructor is not { } constructor) return "read";
        return $"Fields0{model.Levels[0].Arguments}.New({string.Join(", ", constructor.Parameters.Select(Argument))})";
    }

    private string Argument(ParameterModel parameter)
    {
        var read = At(model.Members[parameter.Member], "read");
        return parameter.Default is null ? read : $"found[{parameter.Member}] ? {read} : {parameter.Default}";
    }

    private string At(MemberModel member, string value)
        => $"Fields{member.Level}{model.Levels[member.Level].Arguments}.{member.Field}_({(model.IsValueType ? "ref " : "")}{value})";

    private static string Number(MemberModel member) => !member.IsEnum ? "" : member.Scalar switch
    {
        "SByte" => "(sbyte)",
        "Byte" => "(byte)",
        "Int16" => "(short)",
        "UInt16" => "(ushort)",
        "UInt32" => "(uint)",
        "Int64" => "(long)",
        "UInt64" => "(ulong)",
        _ => "(int)",
    };
}
