"""Messages that belong to hardly any desk: what strangers, bored people and lost people write. Pure.

A router that has never seen a message from elsewhere takes everything for its own. These are seen by every router while
it is calibrated; a brand's own examples of what it does not do count beside them. Written for okienko.
"""

from __future__ import annotations

from typing import Final

_POLISH: Final = """
ile waży dorosły słoń afrykański
kto wygrał wczoraj mecz
napisz mi wypracowanie o Panu Tadeuszu na dwie strony
opowiedz jakiś dowcip
ile to jest siedemnaście razy dwadzieścia trzy
jaka jest stolica Mongolii
polecisz jakiś dobry serial na weekend?
jak zrobić ciasto drożdżowe żeby wyrosło
czemu niebo jest niebieskie
boli mnie gardło i mam gorączkę co brać
nudzi mi się
jesteś głupi
kocham cię
asdfghjkl
qwe qwe qwe
test test 123
co sądzisz o rządzie
na kogo będziesz głosować
czy istnieje życie po śmierci
jak mam poderwać koleżankę z pracy
przetłumacz na niemiecki dzień dobry jak się masz
kiedy wybuchła druga wojna światowa
ile nóg ma pająk
jak daleko jest z Ziemi na Księżyc
napisz program w pythonie który sortuje listę
co dziś na obiad
jak ugotować jajko na miękko
kto napisał Lalkę
podaj mi wynik totolotka
jaki jest sens życia
czy mój pies może jeść winogrona
jak usunąć plamę z czerwonego wina
ile kalorii ma banan
jak wiązać krawat
kiedy przyjedzie autobus 523
gdzie jest najbliższa apteka
kto jest prezydentem Francji
ile kosztuje mieszkanie w Krakowie
szukam pracy jako kierowca czy kogoś potrzebujecie
proponuję państwu pozycjonowanie strony w Google
zarabiaj 5000 zł tygodniowo bez wychodzenia z domu
czy mogę prosić o numer do pani Kasi
jak napisać podanie o urlop
sąsiad za głośno słucha muzyki co mogę zrobić
jak rozliczyć PIT przez internet
o której zamykają urząd skarbowy
jakie szczepienia przed wyjazdem do Kenii
jak nauczyć dziecko jeździć na rowerze
jakie opony zimowe wybrać do golfa
czemu mi auto nie odpala na mrozie
kot nie chce jeść co robić
jak podlewać storczyki
kiedy sadzi się pomidory
co to jest fotosynteza
wytłumacz mi twierdzenie Pitagorasa
ile lat ma Robert Lewandowski
o której dzisiaj gra reprezentacja
wymyśl imię dla chomika
powiedz coś miłego
zaśpiewaj mi piosenkę
gdzie wyjechać na majówkę z dziećmi
jaka jest najwyższa góra w Polsce
co oznacza sen o wodzie
jaki znak zodiaku pasuje do ryb
jak schudnąć pięć kilo w miesiąc
ile powinno spać niemowlę
jak wyczyścić piekarnik
czy jutro jest niedziela handlowa
jak zagrać akord F na gitarze
jak się pisze na pewno razem czy osobno
pomyłka przepraszam
to nie do was
ok
hahaha
lorem ipsum dolor sit amet
"""

_ENGLISH: Final = """
how much does a grown elephant weigh
who won the match yesterday
write me a two page essay about hamlet
what is seventeen times twenty three
what is the tallest building in the world
can you suggest a good show to binge this weekend
why do leaves turn red in autumn
my throat hurts and i have a fever what should i take
i am bored
you are stupid
i love you
asdf jkl
blah blah blah
testing one two three
what do you think about the government
who should i vote for
is there life after death
how do i ask my coworker out
when did the second world war start
how many legs does a spider have
how far is the moon from the earth
write a python program that sorts a list
how do i tie a tie
who wrote war and peace
give me the winning lottery numbers
can my dog eat grapes
how do i get red wine out of a carpet
when does the 52 bus come
who is the president of france
what do houses cost in manchester
i am looking for a job as a driver are you hiring
we offer search engine optimisation for your website at a low price
earn 5000 a week working from home
how do i write a letter of resignation
my neighbour plays loud music what can i do about it
when does the tax office close
which winter tyres fit a golf
my cat does not want to eat
how often should i water an orchid
when is the best time to plant tomatoes
what is photosynthesis
explain the theorem of pythagoras to me
how old is lionel messi
sing me a song
where should we go hiking with small children
what is the longest river in africa
what does it mean to dream about water
which star sign goes well with pisces
how do i lose ten pounds in a month
how long should a newborn sleep
how do i clean a very dirty oven
how do i play an f chord on the guitar
is it affect or effect in this sentence
sorry wrong chat
this was not meant for you
lol
what is the meaning of the word serendipity
how do magnets work
what is the square root of two
how do vaccines work
name all the planets of the solar system
who painted the girl with a pearl earring
which team has the most titles in the league
how do i get rid of ants in my kitchen
what should i wear to a wedding in july
do fish sleep
how is glass made
how do i fix a squeaky door
what happened in the news this morning
how can i learn to juggle
what year did the titanic sink
who was the first woman in space
how do i train for a marathon
is it safe to swim after eating
what breed of dog is good for a small flat
"""


def read_outside() -> list[str]:
    """The messages of both languages."""
    return [line for text in (_POLISH, _ENGLISH) for line in text.splitlines() if line]
