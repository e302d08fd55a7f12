"""How a model's field is typed on the page of a case. Terms, records and documents are typed by their codes, with a
list that the browser offers; a row that is not yet saved is named by its key on the page."""

import difflib

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from ..help_texts import help_of
from ..models import Accession, Publication, Record, Study, Term
from ..models.vocabulary import VOCABULARIES, JoinedTermsField
from ..pure import printed_numbers
from ..pure.identifiers import normalised
from ..pure.numbers import plain


def form_field(field, **kwargs):
    """The form field of a model's field, with the extraction rule as its help."""
    made = _form_field(field, **kwargs)
    if made is not None:
        made.help_text = help_of(field)
    return made


def _form_field(field, **kwargs):
    if field.is_relation:
        common = {"required": not field.blank, "label": _label(field)}
        target = field.related_model
        if field.many_to_many and target is Term:
            return TopicsField(queryset=Term.objects.complex_filter(field.get_limit_choices_to()), **common)
        if field.many_to_many:
            return NamedManyField(target, **common)
        if target is Term:
            return TermField(field.get_limit_choices_to()["vocabulary"], **common)
        if target is Accession:
            return AccessionField(**common)
        if target in (Publication, Study):
            return NamedField(target, **common)
        return RowField(target, **common)
    if isinstance(field, models.DecimalField):
        return field.formfield(form_class=NumberField, **kwargs)
    if isinstance(field, models.IntegerField) and not field.choices:
        return field.formfield(form_class=WholeNumberField, **kwargs)
    if isinstance(field, models.TextField):
        return field.formfield(widget=forms.Textarea(attrs={"rows": 2}), **kwargs)
    made = field.formfield(**kwargs)
    if isinstance(field, JoinedTermsField) and made is not None:
        made.widget.attrs["list"] = f"terms-{field.vocabulary}"
    if field.name == "locator":
        made.widget.attrs["list"] = "places"
    return made


def _label(field) -> str:
    return field.verbose_name[:1].upper() + field.verbose_name[1:]


def _number_input():
    # Not type=number: a browser would swallow “1,5” or “1.5 × 10^6” instead of letting it be read or refused.
    return forms.TextInput(attrs={"inputmode": "decimal", "class": "number"})


class NumberField(forms.DecimalField):
    """A number as printed: “1.5 × 10^6” and “1.5e6” are read, “1,5”, “<0.01”, a lost superscript and “12.500”, which
    can be thousands, refused."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs | {"widget": _number_input()})

    def prepare_value(self, value):
        return value if value is None or isinstance(value, str) else printed_numbers.unmistakable(plain(value))

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if not isinstance(value, str):
            return super().to_python(value)
        try:
            printed = printed_numbers.read(value)
        except printed_numbers.Unreadable as error:
            raise ValidationError(str(error)) from error
        if printed.operator != "=":
            raise ValidationError(f"“{value}”: the sign “{printed.operator}” belongs into the operator before it.")
        if printed.high is not None:
            raise ValidationError(f"“{value}” is a range: write its ends into the low and the high value.")
        return printed.value


class WholeNumberField(forms.IntegerField):
    """A whole number, with whichever minus sign it is printed. “1.000” can be a thousand or one and is refused, where
    Django would read one."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs | {"widget": _number_input()})

    def to_python(self, value):
        if isinstance(value, str) and value.strip():
            try:
                value = printed_numbers.whole(value)
            except printed_numbers.Unreadable as error:
                raise ValidationError(f"Enter a whole number: {error}") from error
        return super().to_python(value)


class PageField(forms.CharField):
    """A text that stands for a row of the database. `page` is the page of the case, given by the row's form. A subclass
    says in `found` which row a text means, or raises ValidationError."""

    page = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def clean(self, value):
        text = super().clean(value)
        return self.found(text) if text else None

    def has_changed(self, initial, data):
        return str(self.prepare_value(initial) or "") != (data or "").strip()


class TermField(PageField):
    """A term by its code, its label or a synonym."""

    def __init__(self, vocabulary: str, **kwargs):
        self.vocabulary = vocabulary
        super().__init__(widget=forms.TextInput(attrs={"list": f"terms-{vocabulary}", "class": "term"}), **kwargs)

    def prepare_value(self, value):
        return self.page.terms.code(value) if isinstance(value, int) else value

    def found(self, text):
        return self.page.terms.find(self.vocabulary, text)


class Terms:
    """The vocabularies, fetched once for a page."""

    def __init__(self):
        self.by_id, self.by_name, self.by_vocabulary = {}, {}, {}
        for term in Term.objects.all():
            self.by_id[term.pk] = term
            self.by_vocabulary.setdefault(term.vocabulary, []).append(term)
            for name in (*term.synonyms.splitlines(), term.label):
                self.by_name[term.vocabulary, name.casefold()] = term
        for term in self.by_id.values():  # a code outranks every other name
            self.by_name[term.vocabulary, term.code.casefold()] = term
            self.by_name[term.vocabulary, term.code] = term

    def code(self, pk: int) -> str:
        return self.by_id[pk].code if pk in self.by_id else ""

    def find(self, vocabulary: str, text: str) -> Term:
        """The term of a name. Raises ValidationError with the nearest names."""
        term = self.by_name.get((vocabulary, text)) or self.by_name.get((vocabulary, text.casefold()))
        if term is None:
            names = {name: term.code for (within, name), term in self.by_name.items() if within == vocabulary}
            near = [names[name] for name in difflib.get_close_matches(text.casefold(), names, 3, 0.5)]
            nearest = f" Nearest: {', '.join(dict.fromkeys(near))}." if near else ""
            message = f"“{text}” is not in the vocabulary “{VOCABULARIES[vocabulary]}”.{nearest}"
            raise ValidationError(message)
        return term


class RowSelect(forms.Select):
    """The rows of the page that may be chosen, fresh at every rendering."""

    page, model = None, None

    def optgroups(self, name, value, attrs=None):
        self.choices = [("", "—"), *(self.page.names_of(self.model) if self.page else ())]
        chosen = [one for one in value if one]
        if chosen and chosen[0] not in dict(self.choices):
            self.choices.append((chosen[0], chosen[0]))
        return super().optgroups(name, value, attrs)


class RowField(PageField):
    """Another row of the page: by its accession, or by its key where it is not saved yet."""

    def __init__(self, model: type[Record], **kwargs):
        self.model = model
        super().__init__(widget=RowSelect(attrs={"data-rows": model._meta.model_name}), **kwargs)

    def found(self, text):
        return self.page.settled(self.model, text)


class AccessionField(PageField):
    """Any record by its accession, or a row of the page by its key."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.TextInput(attrs={"list": "records"}), **kwargs)

    def found(self, text):
        return self.page.accession_of(text)


class NamedField(PageField):
    """A publication or study by its slug or accession."""

    def __init__(self, model, **kwargs):
        self.model = model
        super().__init__(widget=forms.TextInput(attrs={"list": model._meta.model_name}), **kwargs)

    def prepare_value(self, value):
        if isinstance(value, str) and value.startswith(f"{self.model.KIND}-"):
            return self.page.slug_of(self.model, value)
        return value

    def found(self, text):
        return named(self.model, text)


def named(model, text: str):
    """The publication or study of a slug, an accession, a DOI or a PMID. Raises ValidationError."""
    ways = models.Q(slug=text.lower()) | models.Q(accession=text)
    if model is Publication:
        identifier = normalised(text)
        ways |= models.Q(doi__iexact=identifier) | models.Q(pmid=identifier)
    record = model.objects.filter(ways).first()
    if record is None:
        raise ValidationError(f"There is no {model._meta.verbose_name} “{text}”: give its slug, such as “li-hua-2025”.")
    return record


class NamedManyField(NamedField):
    """Several publications or studies, their slugs separated by commas."""

    def prepare_value(self, value):
        if isinstance(value, (list, tuple)):
            return ", ".join(self.page.slug_of(self.model, getattr(one, "pk", one)) for one in value)
        return value

    def clean(self, value):
        text = forms.CharField.clean(self, value)
        return [named(self.model, part.strip()) for part in text.split(",") if part.strip()]


class TopicsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, term):
        return term.label
